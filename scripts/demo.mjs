import { createRequire } from 'node:module'
import { prepare, root } from './prepare.mjs'

/** `npm run demo`: installs what is missing, then tells the story. */
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`
prepare({ say: (what, ms) => console.log(`✓ ${what} (${seconds(ms)})`) })
const { createJiti } = createRequire(import.meta.url)('jiti')
const { tell } = await createJiti(import.meta.url, { interopDefault: false }).import(`${root}/scripts/demo/story.ts`)
process.exitCode = await tell()
