import { prepare } from './prepare.mjs'

prepare({ say: (what, ms) => console.log(`${what} (${(ms / 1000).toFixed(1)} s)`) })
