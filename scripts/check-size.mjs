import { readFileSync } from 'node:fs'
import { run } from './prepare.mjs'

const cap = 300
const medianCap = 80

/** Files stay small enough to be read in one go: none over 300 lines in src, the median at most 80. */
const sizes = run('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'src'])
  .split('\n')
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
  .sort((a, b) => a.lines - b.lines)
const median = sizes[Math.floor(sizes.length / 2)].lines
const over = sizes.filter(({ lines }) => lines > cap)
console.log(`${sizes.length} files, median ${median} lines, largest ${sizes.at(-1).lines}`)
for (const { file, lines } of over) console.error(`${file} has ${lines} lines; ${cap} is the most`)
if (median > medianCap) console.error(`the median is ${median} lines; ${medianCap} is the most`)
process.exitCode = over.length > 0 || median > medianCap ? 1 : 0
