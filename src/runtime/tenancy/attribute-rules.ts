import {
  ConditionalCheckFailedError,
  type OperationInput,
  type OperationOutput,
  ThrottlingError,
  TransactionCanceledError,
} from '../../drivers/index.js'
import type { AttributeMap, AttributeValue } from '../../values/index.js'
import type { Connection } from '../connection.js'
import type { ConnectionRequest, Next } from '../interceptor.js'
import { TenancyError } from './errors.js'
import { expressionOf, KEY_NAME, Placeholders, TENANT_NAME, tokensOf } from './expression-tokens.js'
import { mapParts, mapWrites, type Part, type PartKind } from './request-parts.js'
import { isShared, sharedRowsOf } from './shared-rows.js'
import { refuseStatement, refuseTableOperation } from './table-operations.js'
import type { TenantRules } from './tenant-guard.js'

/** An attribute that a projection is asked for besides. */
const along = (projection: string): string => `${projection}, ${TENANT_NAME}`

/**
 * An attribute of each row says whose it is. A tenant's writes set it, on condition that the row is not there or is the
 * tenant's; of what is read, rows of others are left out. Keys and unique values are of all tenants together.
 */
export function attributeRules(connection: Connection): TenantRules {
  const { tenancy, singleTableDesign } = connection.config
  const { partitionKeyName, keyDelimiter } = singleTableDesign
  const attribute = tenancy?.attribute ?? ''
  return (tenant) => {
    const value: AttributeValue = { S: tenant }
    const isOwn = (item: AttributeMap): boolean => {
      const whose = item[attribute]
      return whose !== undefined && 'S' in whose && whose.S === tenant
    }
    const isOthers = (part: Part, model: string | undefined): boolean => {
      const shared = sharedRowsOf(connection)
      const key = part.Key ?? part.Item
      if (shared.tables.has(part.TableName)) return true
      return key === undefined
        ? shared.models.has(model ?? '')
        : isShared(shared, part.TableName, key, partitionKeyName, keyDelimiter)
    }

    const conditioned = (part: Part, key: AttributeMap, update?: string): Part => {
      const placeholders = new Placeholders(
        part.ExpressionAttributeNames,
        part.ExpressionAttributeValues,
        (same) => same,
      )
      const own = placeholders.add(value)
      const keyName = keyNameOf(part, key)
      const names = { ...part.ExpressionAttributeNames, [KEY_NAME]: keyName, [TENANT_NAME]: attribute }
      const is = `(attribute_not_exists(${KEY_NAME}) OR ${TENANT_NAME} = ${own})`
      const changed = update === undefined ? [] : withTenantSet(tokensOf(update), placeholders, own)
      return {
        ...part,
        ConditionExpression: part.ConditionExpression === undefined ? is : `(${part.ConditionExpression}) AND ${is}`,
        ...(update === undefined ? {} : { UpdateExpression: expressionOf(changed) }),
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: placeholders.valuesFor([]),
      }
    }

    /** The expression, which sets the attribute too: an update may be what makes the row. */
    const withTenantSet = (tokens: readonly string[], placeholders: Placeholders, own: string): readonly string[] => {
      if (tokens.some((token, at) => placeholders.nameOf(token) === attribute && tokens[at - 1] !== '.'))
        throw new TenancyError('TENANCY.FOREIGN', `An update changes ${attribute}, which says whose a row is.`)
      const at = tokens.findIndex((token) => token.toUpperCase() === 'SET')
      return at === -1
        ? ['SET', TENANT_NAME, '=', own, ...tokens]
        : [...tokens.slice(0, at + 1), TENANT_NAME, '=', own, ',', ...tokens.slice(at + 1)]
    }

    const owned = (item: AttributeMap): AttributeMap => {
      if (item[attribute] !== undefined && !isOwn(item))
        throw new TenancyError('TENANCY.FOREIGN', `A row that is written says in ${attribute} that it is another’s.`)
      return { ...item, [attribute]: value }
    }

    const outgoing = (kind: PartKind, part: Part): Part => {
      switch (kind) {
        case 'put': {
          const Item = owned(part.Item ?? {})
          return conditioned({ ...part, Item }, Item)
        }
        case 'update':
          return conditioned(part, part.Key ?? {}, part.UpdateExpression ?? '')
        case 'delete':
        case 'check':
          return conditioned(part, part.Key ?? {})
        case 'get':
          return part.ProjectionExpression === undefined
            ? part
            : {
                ...part,
                ProjectionExpression: along(part.ProjectionExpression),
                ExpressionAttributeNames: { ...part.ExpressionAttributeNames, [TENANT_NAME]: attribute },
              }
        default: {
          const placeholders = new Placeholders(undefined, part.ExpressionAttributeValues, (same) => same)
          const is = `${TENANT_NAME} = ${placeholders.add(value)}`
          return {
            ...part,
            FilterExpression: part.FilterExpression === undefined ? is : `${is} AND (${part.FilterExpression})`,
            ExpressionAttributeNames: { ...part.ExpressionAttributeNames, [TENANT_NAME]: attribute },
            ExpressionAttributeValues: placeholders.valuesFor([]),
          }
        }
      }
    }

    /** DynamoDB has no conditions in batches: each write goes by itself. */
    const writeEach = async (
      { input, options, context }: ConnectionRequest<'BatchWriteItem'>,
      next: Next,
    ): Promise<OperationOutput<'BatchWriteItem'>> => {
      const parts: { readonly kind: PartKind; readonly part: Part }[] = []
      mapWrites(input.RequestItems, (kind, part) => {
        parts.push({ kind, part: isOthers(part, undefined) ? part : outgoing(kind, part) })
        return part
      })
      const left: Record<string, OperationInput<'BatchWriteItem'>['RequestItems'][string][number][]> = {}
      const consumed: NonNullable<OperationOutput<'PutItem'>['ConsumedCapacity']>[] = []
      const faults: unknown[] = []
      const metered =
        input.ReturnConsumedCapacity === undefined ? {} : { ReturnConsumedCapacity: input.ReturnConsumedCapacity }
      await Promise.all(
        parts.map(async ({ kind, part }) => {
          try {
            const { ConsumedCapacity } = await (kind === 'put'
              ? next({
                  operation: 'PutItem',
                  input: { ...part, ...metered } as OperationInput<'PutItem'>,
                  options,
                  context,
                })
              : next({
                  operation: 'DeleteItem',
                  input: { ...part, ...metered } as OperationInput<'DeleteItem'>,
                  options,
                  context,
                }))
            if (ConsumedCapacity !== undefined) consumed.push(ConsumedCapacity)
          } catch (error) {
            if (!(error instanceof ThrottlingError)) faults.push(foreign(error))
            else
              (left[part.TableName] ??= []).push(
                kind === 'put' ? { PutRequest: { Item: part.Item ?? {} } } : { DeleteRequest: { Key: part.Key ?? {} } },
              )
          }
        }),
      )
      if (faults.length > 0) throw faults[0]
      return { UnprocessedItems: left, ...(consumed.length > 0 ? { ConsumedCapacity: consumed } : {}) }
    }

    /** Of a failed condition no row of others is seen. */
    const ownError = (error: unknown): unknown => {
      if (error instanceof ConditionalCheckFailedError && error.item !== undefined && !isOwn(error.item))
        Object.defineProperty(error, 'item', { value: undefined })
      if (error instanceof TransactionCanceledError)
        Object.defineProperty(error, 'reasons', {
          value: error.reasons.map(({ Item, ...reason }) =>
            Item === undefined || !isOwn(Item) ? reason : { ...reason, Item },
          ),
        })
      return error
    }

    const incoming = (given: object, model: string | undefined, request: object): object => {
      const answer: Record<string, unknown> = { ...given }
      const { Item, Responses } = given as { readonly Item?: AttributeMap; readonly Responses?: object }
      const seen = (item: AttributeMap, table: string, key = item): boolean =>
        isOwn(item) || isOthers({ TableName: table, Key: key }, model)
      const { TableName, Key } = request as OperationInput<'GetItem'>
      if (Item !== undefined && !seen(Item, TableName, Key)) delete answer['Item']
      if (Array.isArray(Responses)) {
        const { TransactItems } = request as OperationInput<'TransactGetItems'>
        answer['Responses'] = (Responses as readonly { readonly Item?: AttributeMap }[]).map((each, i) => {
          const { TableName: table = '', Key: key } = TransactItems[i]?.Get ?? {}
          return each.Item === undefined || seen(each.Item, table, key) ? each : {}
        })
      } else if (Responses !== undefined)
        answer['Responses'] = Object.fromEntries(
          Object.entries(Responses as Readonly<Record<string, readonly AttributeMap[]>>).map(([table, items]) => [
            table,
            items.filter((item) => seen(item, table)),
          ]),
        )
      return answer
    }

    return async (request, next) => {
      const { operation, input, context } = request
      refuseStatement(operation)
      refuseTableOperation(operation)
      if (operation === 'BatchWriteItem')
        return await writeEach(request as unknown as ConnectionRequest<'BatchWriteItem'>, next)
      const sent = mapParts(operation, input, (kind, part) =>
        isOthers(part, context.model) ? part : outgoing(kind, part),
      )
      if (sent === undefined) return next(request)
      const asked = operation === 'BatchGetItem' ? { ...sent, RequestItems: withAttribute(sent, attribute) } : sent
      try {
        const answer = await next({ ...request, input: asked })
        return incoming(answer, context.model, input)
      } catch (error) {
        throw ownError(error)
      }
    }
  }

  /** The table's partition key: a row that is there has it. */
  function keyNameOf({ TableName }: Part, key: AttributeMap): string {
    if (singleTableDesign.enabled && key[partitionKeyName] !== undefined) return partitionKeyName
    const name = sharedRowsOf(connection).partitionKeys.get(TableName)
    if (name !== undefined) return name
    throw new TenancyError('TENANCY.FOREIGN', 'A tenant has no rows in this table: it is not one of the models.')
  }
}

/** Projections of a BatchGetItem, by table. */
function withAttribute(sent: object, attribute: string): object {
  const { RequestItems } = sent as OperationInput<'BatchGetItem'>
  return Object.fromEntries(
    Object.entries(RequestItems).map(([table, wanted]) => [
      table,
      wanted.ProjectionExpression === undefined
        ? wanted
        : {
            ...wanted,
            ProjectionExpression: along(wanted.ProjectionExpression),
            ExpressionAttributeNames: { ...wanted.ExpressionAttributeNames, [TENANT_NAME]: attribute },
          },
    ]),
  )
}

function foreign(error: unknown): unknown {
  if (!(error instanceof ConditionalCheckFailedError)) return error
  return new TenancyError('TENANCY.FOREIGN', 'A row of another tenant has the key of one that is written or deleted.', {
    cause: error,
  })
}
