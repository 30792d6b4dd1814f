/** What a cluster says it is (recorded 2026-09-16), as text and as `server_version_num`. */
export const version = { text: '16.15', number: '160015' } as const
