import { isKeyable } from '../keys/index.js'
import { type Lookup, type LookupQuestion, type RelationSchema, SchemaError, setLookups } from '../schema/index.js'
import { GUARD_OWNER, keyText, primaryKeyOf, storedKeyOf, uniqueGuardKey } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import { bindModel } from './bound-class.js'
import { bindingOf, ModelBinding, type ModelClass } from './model-space.js'
import { stateOf } from './record-state.js'

/** How the rules `unique` and `exists` find rows for the attributes of a model. */
function lookupsOf(binding: ModelBinding): Lookup {
  return async (question) => {
    const target = targetOf(binding, question)
    const by =
      question.by ?? (question.rule === 'exists' ? target.schema.primaryKey : rootOf(binding, question.attribute))
    if (!target.schema.attribute.has(by))
      throw new SchemaError(
        'SCHEMA.INVALID_ATTRIBUTE',
        `${binding.schema.name}.${question.attribute} asks for ${target.schema.name}.${by}, which is no attribute.`,
        { hint: `Attributes are ${[...target.schema.attribute.keys()].join(', ')}.` },
      )
    for (const value of question.values) {
      question.signal.throwIfAborted()
      const fine =
        question.rule === 'exists'
          ? await isThere(target, by, value)
          : await isFree(target, by, value, target === binding ? question : undefined)
      if (!fine) return false
    }
    return true
  }
}

/** The model a rule names: by its name, or by its table's name as Laravel does. */
function targetOf(binding: ModelBinding, { model, attribute }: LookupQuestion): ModelBinding {
  if (model === undefined || model === binding.schema.name) return binding
  const { space, schema } = binding
  const named = space.models.find(({ schema: { name, table } }) => name === model || table === model)
  return named ?? space.related(schema, { name: attribute, model } as RelationSchema)
}

function rootOf({ schema }: ModelBinding, path: string): string {
  return [...schema.attribute.keys()].find((name) => path === name) ?? path.replace(/[.[].*$/, '')
}

/** Rows as queries of the model see them: not those that are soft-deleted. */
async function isThere(target: ModelBinding, by: string, value: unknown): Promise<boolean> {
  const model = bindModel(target.model, target.connection)
  if (by === target.schema.primaryKey) return (await model.find(value as never)) !== null
  return model
    .query()
    .where(by as never, value as never)
    .exists()
}

/**
 * True where no other row has the value. Of a unique attribute its guard says so, as it does to the write; of others rows
 * do, soft-deleted ones too.
 * @param own the row that may have it
 */
async function isFree(
  target: ModelBinding,
  by: string,
  value: unknown,
  own: LookupQuestion | undefined,
): Promise<boolean> {
  if (target.uniqueAttributes.includes(by)) return isUnguarded(target, by, value, own)
  const query = bindModel(target.model, target.connection).withoutGlobalScopes()
  const { primaryKey, softDeletes } = target.schema
  const rows = await (softDeletes ? query.withTrashed() : query)
    .where(by as never, value as never)
    .limit(2)
    .get()
  const key: unknown = own?.data[primaryKey]
  return (rows as readonly object[]).every((row) => key !== undefined && Object.is(Reflect.get(row, primaryKey), key))
}

async function isUnguarded(
  { table, design, schema, codec, connection, context }: ModelBinding,
  by: string,
  value: unknown,
  own: LookupQuestion | undefined,
): Promise<boolean> {
  const encoded = codec.encodeAttribute(by, value)
  if (encoded === undefined || !isKeyable(encoded)) return true
  const { ledger } = table
  const { Item: guard } = await connection.send(
    'GetItem',
    { TableName: ledger.tableName, Key: uniqueGuardKey(ledger, schema, by, encoded), ConsistentRead: true },
    own === undefined ? undefined : { signal: own.signal },
    context,
  )
  if (guard === undefined) return true
  // The guard of a row that expired may be there a while longer.
  const expiry = ledger.expiry === undefined || design.expiry === undefined ? undefined : guard[ledger.expiry]
  if (expiry !== undefined && 'N' in expiry && Number(expiry.N) <= connection.clock.now() / 1000) return true
  const owner = guard[GUARD_OWNER]
  const key = own && ownKey(own.data)
  return owner !== undefined && 'M' in owner && key !== undefined && keyText(table, owner.M) === keyText(table, key)

  /** The key that the row has in the table; a row whose key is not known yet is new. */
  function ownKey(data: Readonly<Record<string, unknown>>): AttributeMap | undefined {
    const stored = stateOf(data)?.stored
    if (stored !== undefined) return storedKeyOf(table, design, stored)
    const names = [...design.primary.partition.attributes, ...design.primary.sort.attributes]
    if (names.some((name) => data[name] === undefined || data[name] === null)) return undefined
    const item: Record<string, NonNullable<typeof encoded>> = {}
    for (const name of names) {
      const part = codec.encodeAttribute(name, data[name])
      if (part === undefined) return undefined
      item[name] = part
    }
    return primaryKeyOf(design, item)
  }
}

setLookups((owner) => {
  if (owner instanceof ModelBinding) return lookupsOf(owner)
  return (question) => lookupsOf(bindingOf(owner as ModelClass))(question)
})
