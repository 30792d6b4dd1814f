/**
 * Is this Prisma's history of migrations, or our journal beside it?
 * Whoever can write there decides which migrations count as applied, so no declared role is ever granted it.
 */
export function isBookkeeping(table: string): boolean {
  return table.startsWith('_prisma_')
}
