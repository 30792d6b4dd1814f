import { shown } from '../statement.ts'
import { cell, legend, noCell } from './cell.ts'
import type { ReportedObjects, RolesReport } from './report.ts'
import { clipped, objectWords } from './words.ts'

/**
 * Objects down, roles across: what is alike is one row and one column, and roles that do not fit beside each other stand
 * below each other.
 */
export function matrixLines({ objects, roles }: RolesReport, width: number): string[] {
  const columns = columnsOf(
    objects,
    roles.map(({ name }) => name),
  )
  const labelWidth = Math.min(
    40,
    Math.max(...objects.map((row) => [...objectWords(row)].length)),
    Math.floor(width / 2),
  )
  return [
    ...pages(columns, width - labelWidth).flatMap((page) => ['', ...pageLines(objects, page, labelWidth)]),
    '',
    ...columns.filter(({ alike }) => alike.length > 1).map(({ title, alike }) => `${title}: ${alike.join(', ')}`),
    ...legend,
  ]
}

interface Column {
  readonly title: string
  readonly cells: readonly string[]
  readonly alike: readonly string[]
}

function columnsOf(objects: readonly ReportedObjects[], roles: readonly string[]): Column[] {
  const byCells = new Map<string, { cells: string[]; alike: string[] }>()
  for (const role of [null, ...roles]) {
    const cells = objects.map(({ kind, access }) =>
      cell(
        kind,
        access.find((entry) => entry.role === role),
      ),
    )
    const key = role === null ? '' : cells.join('\0')
    const known = byCells.get(key) ?? { cells, alike: [] }
    byCells.set(key, known)
    known.alike.push(role === null ? 'everybody' : shown(role))
  }
  return [...byCells.values()].map(({ cells, alike }) => ({
    title: clipped(alike[0] ?? '', 20) + (alike.length > 1 ? ` +${alike.length - 1}` : ''),
    cells,
    alike,
  }))
}

const gap = 2

function pages(columns: readonly Column[], width: number): Column[][] {
  const found: Column[][] = [[]]
  let used = 0
  for (const column of columns) {
    const needed = widthOf(column) + gap
    if (used > 0 && used + needed > width) {
      found.push([])
      used = 0
    }
    found.at(-1)?.push(column)
    used += needed
  }
  return found
}

function widthOf({ title, cells }: Column): number {
  return Math.max(...[title, ...cells].map((text) => [...text].length))
}

function pageLines(objects: readonly ReportedObjects[], page: readonly Column[], labelWidth: number): string[] {
  const line = (label: string, texts: readonly string[]) =>
    [padded(label, labelWidth), ...page.map((column, at) => padded(texts[at] ?? '', widthOf(column)))]
      .join(' '.repeat(gap))
      .trimEnd()
  const lines = [
    line(
      '',
      page.map(({ title }) => title),
    ),
  ]
  let place: string | null | undefined
  objects.forEach((row, index) => {
    if (page.every(({ cells }) => cells[index] === noCell)) return
    if (row.schema !== place && row.schema !== null) lines.push(`schema ${shown(row.schema)}`)
    place = row.schema
    const label = `${row.schema === null ? '' : '  '}${objectWords(row)}`
    lines.push(
      line(
        clipped(label, labelWidth),
        page.map(({ cells }) => cells[index] ?? ''),
      ),
    )
  })
  return lines
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - [...text].length))
}
