import type { Connection } from '../runtime/index.js'
import { checkInput } from './input-rules.js'
import type { TableCallOptions } from './table-options.js'
import { CALL, tableName, tagKeys, tags as tagRules } from './table-rules.js'
import { tableToChange } from './table-status.js'

/**
 * Sets tags of a table; others stay as they are.
 *
 * @returns false where it has them already, and nothing was sent
 * @throws DriverError `DRIVER.UNSUPPORTED` where the engine has none; TableError `TABLE.INVALID_INPUT`
 */
export async function tagTable(
  name: string,
  tags: Readonly<Record<string, string>>,
  options: TableCallOptions = {},
): Promise<boolean> {
  checkInput('tagTable', { name, tags, options }, { name: tableName, tags: tagRules, options: CALL })
  const { connection, table } = await tableToChange(name, options)
  return setTags(connection, table.TableArn ?? name, tags)
}

/**
 * Takes tags off a table.
 *
 * @returns false where it has none of them, and nothing was sent
 * @throws as `tagTable`
 */
export async function untagTable(
  name: string,
  keys: readonly string[],
  options: TableCallOptions = {},
): Promise<boolean> {
  checkInput('untagTable', { name, keys, options }, { name: tableName, keys: tagKeys, options: CALL })
  const { connection, table } = await tableToChange(name, options)
  const ResourceArn = table.TableArn ?? name
  const there = await readTags(connection, ResourceArn)
  const TagKeys = keys.filter((key) => Object.hasOwn(there, key))
  if (TagKeys.length === 0) return false
  await connection.send('UntagResource', { ResourceArn, TagKeys })
  return true
}

/** @returns false where they are so already */
export async function setTags(
  connection: Connection,
  ResourceArn: string,
  tags: Readonly<Record<string, string>>,
): Promise<boolean> {
  const there = await readTags(connection, ResourceArn)
  const Tags = Object.entries(tags)
    .filter(([key, value]) => !Object.hasOwn(there, key) || there[key] !== value)
    .map(([Key, Value]) => ({ Key, Value }))
  if (Tags.length === 0) return false
  await connection.send('TagResource', { ResourceArn, Tags })
  return true
}

/** The tags of a table, all pages of them. */
export async function readTags(connection: Connection, ResourceArn: string): Promise<Readonly<Record<string, string>>> {
  const tags: [string, string][] = []
  let next: string | undefined
  do {
    const page = await connection.send('ListTagsOfResource', {
      ResourceArn,
      ...(next === undefined ? {} : { NextToken: next }),
    })
    tags.push(...(page.Tags ?? []).map(({ Key, Value }): [string, string] => [Key, Value]))
    next = page.NextToken
  } while (next !== undefined)
  return Object.fromEntries(tags)
}
