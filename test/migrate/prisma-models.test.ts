import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { modelTables } from '../../src/migrate/prisma-models.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prisma-models-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function tablesOf(source: string): string[] {
  writeFileSync(join(folder, 'schema.prisma'), source)
  return modelTables(join(folder, 'schema.prisma')).map(
    ({ models, table, schema }) => `${models.join('+')}: ${schema === undefined ? '' : `${schema}.`}${table}`,
  )
}

test('a model is a table of its own name, or of the name and schema that it maps to; views count', () => {
  expect(
    tablesOf(`
      generator client { provider = "prisma-client" }
      datasource db { provider = "postgresql" }
      enum Status { placed paid @@map("status") }
      type Point { x Int }
      model Order { id Int @id }
      model Item {
        id Int @id @map("item_id")
        @@map("items")
        @@schema("shop")
      }
      view Totals { sum Int
        @@map(name: "totals") }`),
  ).toEqual(['Order: Order', 'Item: shop.items', 'Totals: totals'])
})

test('comments, strings and attributes over several lines say nothing of their own', () => {
  expect(
    tablesOf(`
      // model Ghost { id Int }
      /* model Ghost { id Int
         @@map("ghost") } */
      /// @@map("doc")
      model A {
        id   Int    @id // @@map("late")
        text String @default("} model Ghost { @@map(\\"x\\") //")
        @@index([id,
          text], map: "a_index")
        @@unique([id, text], name: "both", map: "a_both")
        @@map("with \\"quotes\\" and \\\\")
      }
      model B { id Int @id }`),
  ).toEqual(['A: with "quotes" and \\', 'B: B'])
})

test('lists on both sides are joined by a table, as the engine names it', () => {
  expect(
    tablesOf(`
      model Post {
        id   Int        @id
        tags Tag[]
        cats Category[] @relation("PC")
        hits Hit[]
        @@map("posts")
        @@schema("one")
      }
      model Tag {
        id    Int    @id
        posts Post[]
        @@schema("two")
      }
      model Category {
        id       Int        @id
        posts    Post[]     @relation(name: "PC")
        friends  Category[] @relation("Friends")
        friendOf Category[] @relation("Friends")
        parts    String[]
        @@schema("two")
      }
      model Hit {
        id     Int  @id
        postId Int
        post   Post @relation(fields: [postId], references: [id])
        @@schema("one")
      }`).slice(4),
  ).toEqual(['Post+Tag: one._PostToTag', 'Category+Post: two._PC', 'Category: two._Friends'])
})

test('a folder of files is one schema, and one that is missing is named', () => {
  mkdirSync(join(folder, 'shop'))
  writeFileSync(join(folder, 'a.prisma'), 'model A { id Int @id \n bs B[] }')
  writeFileSync(join(folder, 'shop/b.prisma'), 'model B { id Int @id \n as A[] }')
  writeFileSync(join(folder, 'notes.txt'), 'model C { id Int @id }')
  expect(modelTables(folder).map(({ table }) => table)).toEqual(['A', 'B', '_AToB'])
  expect(() => modelTables(join(folder, 'none.prisma'))).toThrow('there is no Prisma schema')
})
