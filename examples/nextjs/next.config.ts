import { dirname } from 'node:path'
import type { NextConfig } from 'next'

const config: NextConfig = {
  // The shop's functions lie beside this folder; a project of its own needs no `root`.
  turbopack: { root: dirname(import.meta.dirname) },
}

export default config
