type Nothing = Record<never, never>

/**
 * An extension for `prisma.$extends()` that changes what the client does and none of its types.
 *
 * The shape is Prisma's own for extensions in a function, said without `@prisma/client`: every project generates its
 * client, with its own types, where it likes.
 */
export type ClientExtension = (client: unknown) => Extended

/** A client as Prisma's types see it from outside: what its extensions add, here nothing. */
export interface Extended {
  $extends: { extArgs: { result: Nothing; model: Nothing; query: Nothing; client: Nothing } }
}

/** A client as it comes to an extension. */
export interface Extendable extends Extended {
  $extends: Extended['$extends'] & ((extension: object) => Extended)
}
