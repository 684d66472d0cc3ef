import { InternalError } from '../kernel/index.js'
import {
  Connection,
  currentConnection,
  describeEncrypted,
  describeSharedRows,
  type EncryptedModel,
  inTenant,
  madeDefaultConnection,
  type SharedRows,
  TenantConnection,
  tenantConnection,
} from '../runtime/index.js'
import {
  type EntitySchema,
  entitySchemaOf,
  type ModelDefinition,
  pivotDefinitions,
  type RelationSchema,
} from '../schema/index.js'
import {
  designOptions,
  designTables,
  formatSchemaLock,
  type LoadedLock,
  loadSchemaLock,
  lockOf,
  saveSchemaLock,
  type TableDesign,
} from '../single-table/index.js'
import { boundTo } from './bound-class.js'
import { DesignCheck } from './design-check.js'
import type { DynamoDBModel } from './dynamodb-model.js'
import { encryptedModels } from './encrypted-rows.js'
import { ModelError } from './errors.js'
import { ModelBinding } from './model-binding.js'
import { checkModel } from './model-class.js'
import { Readiness } from './readiness.js'
import { sameKeys } from './recorded-keys.js'
import { answerScopes } from './scope-statics.js'
import { isOfTenants, sharedRows } from './shared-models.js'
import { trailModels } from './trail.js'
import { unknownModel } from './unknown-model.js'

export { ModelBinding, setRelationAnswers } from './model-binding.js'
export type ModelClass = typeof DynamoDBModel

/** Models named by `registerModels`, for the default connection; later ones of a name replace earlier ones. */
const announced = new Map<string, ModelClass>()
const spaces = new WeakMap<Connection, ModelSpace>()
let source: ((folder: string, root: string) => readonly ModelClass[]) | undefined

let define: ((definition: ModelDefinition) => ModelClass) | undefined

/** Says how a model is made of a definition. */
export function setDefiner(definer: (definition: ModelDefinition) => ModelClass): void {
  define = definer
}

/** Says how the classes of `queryBuilder.modelsPath` are read. */
export function setModelSource(load: (folder: string, root: string) => readonly ModelClass[]): void {
  source = load
}

/** The classes that the files of a folder export: read as those of `queryBuilder.modelsPath` are. */
export function modelsIn(folder: string, root: string): readonly ModelClass[] {
  return source?.(folder, root) ?? []
}

/**
 * Makes models known by name, so that relations find them and the table is designed for all of them. Call it once,
 * where the program starts. Inside `connection.run` it is that connection that learns them.
 */
export function registerModels(...given: readonly ModelClass[] | readonly [readonly ModelClass[]]): void {
  const models = given.flat() as readonly ModelClass[]
  for (const model of models) checkModel(model)
  const scoped = Connection.current()
  if (scoped !== undefined) {
    for (const model of models) ModelSpace.of(scoped).see(model)
    return
  }
  for (const model of models) {
    const { name, scopes } = entitySchemaOf(model)
    announced.set(name, model)
    answerScopes(model, scopes.keys())
  }
  const made = madeDefaultConnection()
  if (made !== undefined) spaces.get(made)?.learn(models)
}

/** The models of one connection, by name, and the design of their table. */
export class ModelSpace {
  readonly connection: Connection
  readonly #bindings = new Map<string, ModelBinding>()
  readonly check: DesignCheck
  readonly readiness: Readiness
  /** Models that this program has written, for whichever tenant. */
  readonly written: Set<string>
  /** Where this one is a tenant's: that of all, which knows the models and designs the tables. */
  readonly #base: ModelSpace | undefined
  /** The designs that a tenant's bindings are made for. */
  #seen: readonly TableDesign[] | undefined
  #designs: readonly TableDesign[] | undefined
  #lock: LoadedLock | undefined
  #shared: SharedRows | undefined
  #encrypted: { readonly designs: readonly TableDesign[]; readonly models: readonly EncryptedModel[] } | undefined

  private constructor(connection: Connection) {
    this.connection = connection
    this.#base = connection instanceof TenantConnection ? ModelSpace.of(connection.base) : undefined
    this.written = this.#base?.written ?? new Set()
    // The notes on a table that tenants share are of all of them.
    const common = connection.config.tenancy?.strategy === 'table' ? undefined : this.#base
    this.readiness = common?.readiness ?? new Readiness(this)
    this.check = common?.check ?? new DesignCheck(this)
    if (connection.config.tenancy !== undefined && this.#base === undefined)
      describeSharedRows(connection, () => {
        this.#shared ??= sharedRows(this.designs(), connection)
        return this.#shared
      })
    if (connection.config.encryption !== undefined && this.#base === undefined)
      describeEncrypted(connection, () => {
        const designs = this.designs()
        if (this.#encrypted?.designs !== designs) this.#encrypted = { designs, models: encryptedModels(designs) }
        return this.#encrypted.models
      })
  }

  static of(connection: Connection): ModelSpace {
    let space = spaces.get(connection)
    if (space === undefined) {
      space = new ModelSpace(connection)
      spaces.set(connection, space)
      if (connection === madeDefaultConnection()) space.learn([...announced.values()])
    }
    return space
  }

  /** Every model known here. */
  get models(): readonly ModelBinding[] {
    if (this.#base !== undefined) return this.#base.models.map(({ model }) => this.see(model))
    return [...this.#bindings.values()]
  }

  /** The binding of a model, which is registered by being used. */
  see(model: ModelClass): ModelBinding {
    const { name } = entitySchemaOf(model)
    if (this.#base !== undefined) {
      const common = this.#base.see(model)
      if (!isOfTenants(common.schema, this.connection)) return common
      this.#renew()
    }
    const known = this.#bindings.get(name)
    if (known?.model === model && known.schema === entitySchemaOf(model)) return known
    if (known?.written && known.model !== model) {
      throw new ModelError('MODEL.DUPLICATE_NAME', `Two models are called ${name}.`, {
        hint: 'Rename one, or use another connection for it.',
      })
    }
    const binding = new ModelBinding(this, model)
    this.#bindings.set(name, binding)
    if (binding.schema.audit && this.#base === undefined) for (const each of trailModels()) this.see(each)
    if (this.#base === undefined) this.#changed()
    this.check.watch()
    return binding
  }

  /** The base's design changed since this tenant's bindings were made: they ask for it again. */
  #renew(): void {
    const designs = this.designs()
    if (this.#seen === designs) return
    this.#seen = designs
    for (const binding of this.#bindings.values()) binding.redesign()
  }

  /** A model as a tenant has it. */
  ofTenant(model: ModelClass, tenant: string): ModelBinding {
    return ModelSpace.of(tenantConnection(this.connection, tenant)).see(model)
  }

  /** A model as the code running now has it: in its tenant's space, where it has one. */
  #inTenant(binding: ModelBinding): ModelBinding {
    if (!isOfTenants(binding.schema, this.connection)) return binding
    const connection = inTenant(this.connection)
    return connection === this.connection ? binding : ModelSpace.of(connection).see(binding.model)
  }

  learn(models: readonly ModelClass[]): void {
    for (const model of models) this.see(model)
  }

  /**
   * The model a relation points to: a class already seen, else one found in `queryBuilder.modelsPath`.
   * @throws ModelError `MODEL.UNKNOWN_MODEL` that says how to register it
   */
  related(owner: EntitySchema, relation: RelationSchema): ModelBinding {
    if (typeof relation.model === 'function') {
      const model = relation.model()
      if (typeof model === 'function') return this.#inTenant(this.see(model as ModelClass))
      throw new ModelError(
        'MODEL.UNKNOWN_MODEL',
        `${owner.name}.${relation.name} points to no model: its function returned ${String(model)}.`,
        {
          hint: 'Write model: () => Post, with a class that is imported.',
          details: { model: owner.name, relation: relation.name },
        },
      )
    }
    const name = relation.model ?? ''
    const found = this.named(name)
    if (found !== undefined) return found
    const details = { model: owner.name, relation: relation.name }
    throw this.unknown(name, `${owner.name}.${relation.name} points to "${name}", which is no known model.`, details)
  }

  /** The model of this name: a class already seen, else one found in `queryBuilder.modelsPath`. */
  named(name: string): ModelBinding | undefined {
    const found = (this.#base ?? this).#find(name)
    return found === undefined ? undefined : this.#base === undefined ? this.#inTenant(found) : this.see(found.model)
  }

  #find(name: string): ModelBinding | undefined {
    const known = this.#bindings.get(name)
    const { modelsPath } = this.connection.config.queryBuilder
    if (known !== undefined || modelsPath === undefined || source === undefined) return known
    // A class that the program imported itself is the one it uses: what the folder says of that name is another copy.
    const found = source(modelsPath, this.connection.config.root)
    this.learn(found.filter((model) => !this.#bindings.has(entitySchemaOf(model).name)))
    return this.#bindings.get(name)
  }

  /** The error for a name that no model has. */
  unknown(name: string, message: string, details: Readonly<Record<string, string>>): ModelError {
    return unknownModel(name, (this.#base ?? this).#bindings.keys(), message, details)
  }

  /** The design of the tables for all models known now: one, or one for each model and the ledger. */
  designs(): readonly TableDesign[] {
    if (this.#base !== undefined) return this.#base.designs()
    if (this.#designs === undefined) this.#seePivots()
    this.#lock ??= loadSchemaLock(this.connection.config.schema)
    this.#designs ??= designTables(
      this.models.map((binding) => binding.schema),
      designOptions(this.connection.config, this.#lock.lock),
    )
    return this.#designs
  }

  /**
   * Writes the places that the design gives its models into the schema lock, where there is a file for it.
   * @throws DesignError `DESIGN.LOCK_CHANGED` or `DESIGN.LOCK_NOT_WRITTEN`
   */
  saveLock(): void {
    if (this.#base !== undefined) return this.#base.saveLock()
    const designs = this.designs()
    const { config } = this.connection
    const loaded = this.#lock ?? loadSchemaLock(config.schema)
    const lock = lockOf(designs, loaded.lock, config.defaultTableName)
    if (formatSchemaLock(lock) === formatSchemaLock(loaded.lock)) return
    if (loaded.file !== undefined) {
      saveSchemaLock(loaded, lock)
      this.#lock = undefined
    } else if (config.schema.given !== undefined) {
      process.emitWarning(
        'The schema lock that the config holds lacks places that the models use now. Run migrate() where the project is, and commit dynamodb.schema.json.',
        { type: 'DesignWarning', code: 'DESIGN.LOCK_OUTDATED' },
      )
    }
  }

  /** Rows between two models have a model of their own, made here unless the program has one. */
  #seePivots(): void {
    const { keyDelimiter } = this.connection.config.singleTableDesign
    const schemas = this.models.map((binding) => binding.schema)
    for (const definition of pivotDefinitions(schemas, keyDelimiter)) {
      if (define !== undefined) this.see(define(definition))
    }
  }

  /** The design of the table that holds a model. */
  tableOf(model: string): TableDesign {
    const table = this.designs().find(({ entities }) => entities.has(model))
    if (table === undefined) throw new InternalError(`no table for ${model}`)
    return table
  }

  /** A model came: models already written to must keep their keys, or rows written so far could not be found. */
  #changed(): void {
    const before = this.#designs
    this.#designs = undefined
    this.#shared = undefined
    if (before !== undefined) {
      const after = new Map(this.designs().flatMap(({ entities }) => [...entities]))
      for (const [name, old] of before.flatMap(({ entities }) => [...entities])) {
        const binding = this.#bindings.get(name)
        const now = after.get(name)
        if (!binding?.written || now === undefined || sameKeys(now, old)) continue
        throw new ModelError(
          'MODEL.LATE_REGISTRATION',
          `${name} was written before the models that decide its index keys were known.`,
          {
            hint: `Call registerModels(${this.models.map((each) => each.schema.name).join(', ')}) before the first write.`,
            details: { model: name },
          },
        )
      }
    }
    for (const binding of this.#bindings.values()) binding.redesign()
  }
}

/** The binding of a model class on the connection it is used on now, for the tenant it is used for. */
export function bindingOf(model: ModelClass): ModelBinding {
  const { origin, connection } = boundTo(model)
  return ModelSpace.of(inTenant(connection ?? currentConnection())).see(origin)
}

/** The connection that a model class (or the base class of all) is used on now, for the tenant it is used for. */
export function connectionOf(model: ModelClass): Connection {
  return inTenant(boundTo(model).connection ?? currentConnection())
}
