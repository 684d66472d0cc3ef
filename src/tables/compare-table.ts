import type {
  CreateTableInput,
  KeySchemaElement,
  Projection,
  SecondaryIndex,
  TableDescription,
} from '../drivers/index.js'

/** How a table differs from the one that a request makes, in words: its key, and the indexes that were asked for. */
export function differences(wanted: CreateTableInput, found: TableDescription): readonly string[] {
  const typed = { wanted: keyText(wanted.AttributeDefinitions), found: keyText(found.AttributeDefinitions ?? []) }
  const key = [typed.found(found.KeySchema ?? []), typed.wanted(wanted.KeySchema)] as const
  const indexes = (['LocalSecondaryIndexes', 'GlobalSecondaryIndexes'] as const).flatMap((kind) =>
    (wanted[kind] ?? []).flatMap((index: SecondaryIndex) => {
      const there = found[kind]?.find(({ IndexName }) => IndexName === index.IndexName)
      if (there === undefined)
        return [`it has no ${kind === 'LocalSecondaryIndexes' ? 'local' : 'global'} index ${index.IndexName}`]
      return [
        ...differ(`the key of index ${index.IndexName}`, typed.found(there.KeySchema), typed.wanted(index.KeySchema)),
        ...differ(`what index ${index.IndexName} holds`, held(there.Projection), held(index.Projection)),
      ]
    }),
  )
  return [...differ('its key', ...key), ...indexes]
}

function differ(what: string, found: string, wanted: string): readonly string[] {
  return found === wanted ? [] : [`${what} is ${found}, not ${wanted}`]
}

function keyText(
  definitions: NonNullable<TableDescription['AttributeDefinitions']>,
): (schema: readonly KeySchemaElement[]) => string {
  const types = new Map(definitions.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]))
  return (schema) =>
    schema.map(({ AttributeName, KeyType }) => `${AttributeName} (${types.get(AttributeName)}, ${KeyType})`).join(', ')
}

function held({ ProjectionType = 'ALL', NonKeyAttributes = [] }: Projection): string {
  return [ProjectionType, ...NonKeyAttributes.toSorted()].join(' ')
}
