import { type ColumnType, ColumnTypeEnum, type ResultValue } from '@prisma/driver-adapter-utils'
import pg from 'pg'

/** How one PostgreSQL type reaches the engine: under which column type, and how its text form is read. */
export interface Column {
  type: ColumnType
  read: (text: string) => ResultValue
}

/**
 * The column of a type by its OID.
 *
 * Unlike the app's adapter this knows the types of the system catalogs (`"char"`, `name`, `oid`, their arrays), and
 * leaves every type that it does not know as the text that PostgreSQL prints.
 */
export function columnOf(oid: number): Column {
  const array = arrays.get(oid)
  return array ?? scalars.get(oid) ?? text
}

/** OIDs from PostgreSQL's pg_type.dat; they never change. */
const oids = {
  bool: [16, 1000],
  bytea: [17, 1001],
  char: [18, 1002],
  name: [19, 1003],
  int8: [20, 1016],
  int2: [21, 1005],
  int4: [23, 1007],
  text: [25, 1009],
  oid: [26, 1028],
  json: [114, 199],
  float4: [700, 1021],
  float8: [701, 1022],
  bpchar: [1042, 1014],
  varchar: [1043, 1015],
  date: [1082, 1182],
  time: [1083, 1183],
  timestamp: [1114, 1115],
  timestamptz: [1184, 1185],
  numeric: [1700, 1231],
  uuid: [2950, 2951],
  jsonb: [3802, 3807],
} as const satisfies Record<string, readonly [scalar: number, array: number]>

const asIs = (value: string) => value
/** The engine wants RFC 3339; `timestamp` has no offset of its own and is taken for UTC. */
const utc = (value: string) => `${value.replace(' ', 'T')}+00:00`
const rfc3339 = (value: string) => value.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00')
const readBytes = pg.types.getTypeParser(17)
/** 1009 is text[]; every array type prints the same way, and no element type is left out of this parser. */
const readTexts: (value: string) => (string | null)[] = pg.types.getTypeParser(
  1009 as Parameters<typeof pg.types.getTypeParser>[0],
)

const readers: Record<keyof typeof oids, [keyof typeof ColumnTypeEnum, (value: string) => ResultValue]> = {
  bool: ['Boolean', (value) => value === 't'],
  bytea: ['Bytes', (value) => readBytes(value)],
  char: ['Character', asIs],
  name: ['Text', asIs],
  int8: ['Int64', asIs],
  int2: ['Int32', Number],
  int4: ['Int32', Number],
  text: ['Text', asIs],
  oid: ['Int64', asIs],
  json: ['Json', asIs],
  float4: ['Float', Number],
  float8: ['Double', Number],
  bpchar: ['Text', asIs],
  varchar: ['Text', asIs],
  date: ['Date', asIs],
  time: ['Time', asIs],
  timestamp: ['DateTime', utc],
  timestamptz: ['DateTime', rfc3339],
  numeric: ['Numeric', asIs],
  uuid: ['Uuid', asIs],
  jsonb: ['Json', asIs],
}

const text: Column = { type: ColumnTypeEnum.Text, read: asIs }
const scalars = new Map<number, Column>()
const arrays = new Map<number, Column>()
for (const [name, [scalar, array]] of Object.entries(oids)) {
  const [type, read] = readers[name as keyof typeof oids]
  scalars.set(scalar, { type: ColumnTypeEnum[type], read })
  const arrayType = `${type}Array` as keyof typeof ColumnTypeEnum
  arrays.set(array, { type: ColumnTypeEnum[arrayType], read: (value) => readElements(value, read) })
}

function readElements(value: string, read: Column['read']): ResultValue {
  return readTexts(value).map((element) => (element === null ? null : read(element)))
}
