/** A `model` or `view` of a Prisma schema. */
export interface Model {
  readonly name: string
  readonly members: readonly Member[]
}

/** A line of a model: a field, or an attribute of the whole model. */
export interface Member {
  /** Of an attribute with its `@@`. */
  readonly name: string
  readonly type: string
  readonly list: boolean
  /** The text of `@@map("…")` or `@@schema("…")`; of a field, the name of its relation. */
  readonly text: string | undefined
}

/**
 * Reads the models of a Prisma schema as far as tables are concerned. Prisma's own parser is 3 MB of WebAssembly that
 * its packages share with nobody; the words that matter here have been the same since Prisma 2.
 */
export function modelsIn(source: string): Model[] {
  const tokens = source.match(token)?.filter((text) => !/^(\/\/|\/\*)/.test(text)) ?? []
  const models: Model[] = []
  for (let at = 0; at < tokens.length; at += 1) {
    const [keyword = '', name = '', brace] = tokens.slice(at, at + 3)
    if (brace !== '{' || !/^\w+$/.test(keyword)) continue
    const end = tokens.indexOf('}', at)
    const body = tokens.slice(at + 3, end === -1 ? tokens.length : end)
    if (keyword === 'model' || keyword === 'view') models.push({ name, members: lines(body).map(member) })
    at += 2 + body.length
  }
  return models
}

/** Strings and comments first: braces inside of them mean nothing. */
const token = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|@{0,2}\w+(?:\.\w+)*|\n|[^\s]/g

/** A line ends where no parenthesis is open. */
function lines(tokens: readonly string[]): string[][] {
  const all: string[][] = [[]]
  let open = 0
  for (const text of tokens) {
    if (text === '(') open += 1
    if (text === ')') open -= 1
    if (text !== '\n') all.at(-1)?.push(text)
    else if (open === 0) all.push([])
  }
  return all.filter((line) => line.length > 0)
}

function member(line: readonly string[]): Member {
  const [name = '', type = ''] = line
  if (name.startsWith('@@')) return { name, type: '', list: false, text: firstText(line.slice(1)) }
  const relation = line.indexOf('@relation')
  return {
    name,
    type,
    list: line[2] === '[',
    text: relation === -1 ? undefined : firstText(line.slice(relation + 1)),
  }
}

/** `("x")` or `(name: "x", …)`; a text behind another word is not it. */
function firstText(tokens: readonly string[]): string | undefined {
  const inside = tokens.slice(1)
  const at = inside[0]?.startsWith('"')
    ? 0
    : inside.findIndex((text, index) => text === 'name' && inside[index + 1] === ':') + 2
  const text = inside[at]
  return text?.startsWith('"') ? (JSON.parse(text) as string) : undefined
}
