/** Where Prisma's WebAssembly modules leave the text of a panic; the global name is theirs. */
interface PanicRegistry {
  set_message(message: string): void
}

declare global {
  var PRISMA_WASM_PANIC_REGISTRY: PanicRegistry | undefined
}

/** Registers the place for panic texts and returns a function that tells the last one. */
export function watchPanics(): () => string | undefined {
  let last: string | undefined
  globalThis.PRISMA_WASM_PANIC_REGISTRY = {
    set_message(message) {
      last = message
    },
  }
  return () => last
}
