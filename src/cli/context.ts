import { resolve } from 'node:path'
import { configOfEnvironment, findConfigFile, loadConfig, loadModels, parseModels } from '../config/index.js'
import { dynamoDb } from '../drivers/index.js'
import { type Clock, isDynamoDBToolingError, systemClock } from '../kernel/index.js'
import { migrateModels } from '../migrations/index.js'
import { type ModelClass, registerModels, setMigrator, setModelSource, setTrail } from '../model/index.js'
import {
  type Connection,
  checkTenantId,
  currentConnection,
  type ResolvedConfig,
  resetConfig,
  setConfigSource,
} from '../runtime/index.js'
import { AuditChain, AuditEntry, trailOf } from '../security/index.js'
import type { ParsedModels } from '../stacks/index.js'
import type { CommandEntry } from './command.js'
import { CliError } from './errors.js'
import type { GlobalOptions } from './global-options.js'
import type { Output } from './output.js'
import { Progress } from './progress.js'
import { switchedEnvironment } from './switched-environment.js'

/**
 * What a command works with. Config, connection and models are made when they are asked for, so that commands that need
 * none run where there is none.
 */
export class CommandContext {
  readonly output: Output
  readonly global: GlobalOptions
  /** Fires on Ctrl-C. Give it to everything that takes one. */
  readonly signal: AbortSignal
  /** Every command of the tool. */
  readonly commands: readonly CommandEntry[]
  readonly clock: Clock = systemClock
  /** The folder the tool was started in. */
  readonly cwd: string = process.cwd()
  /** True where a person can be asked. */
  readonly isTTY: boolean = Boolean(process.stdin.isTTY) && Boolean(process.stderr.isTTY)
  #config: Promise<ResolvedConfig> | undefined
  #connection: Promise<Connection> | undefined
  #models: Promise<readonly ModelClass[]> | undefined

  constructor(output: Output, global: GlobalOptions, signal: AbortSignal, commands: readonly CommandEntry[]) {
    this.output = output
    this.global = global
    this.signal = signal
    this.commands = commands
  }

  /**
   * The config that holds here: of `--config` or the nearest file, in the environment, with `--table`.
   *
   * @throws ConfigFileError, ConfigError
   */
  config(): Promise<ResolvedConfig> {
    this.#config ??= this.configOf(this.environment())
    return this.#config
  }

  /** The environment that was chosen: by `--env`, DYNAMODB_ENV or `env:switch`; undefined for none. */
  environment(): string | undefined {
    if (this.global.env !== undefined) return this.global.env
    return process.env['DYNAMODB_ENV'] || switchedEnvironment(this.configFile())
  }

  /** The config file, where there is one. */
  configFile(): string | undefined {
    return this.global.config === undefined ? findConfigFile(this.cwd) : resolve(this.cwd, this.global.config)
  }

  /** The config in an environment; undefined for the config as it stands. */
  async configOf(environment: string | undefined): Promise<ResolvedConfig> {
    const { config: file, table } = this.global
    const config = this.#forTenant(await this.#load(file, environment))
    if (table === undefined) return config
    if (!/^[a-zA-Z0-9_.-]{3,255}$/.test(table))
      throw new CliError(
        'CLI.USAGE',
        `--table is "${table}"; a name has 3 to 255 characters of a-z, A-Z, 0-9, _, - and .`,
      )
    return Object.freeze({ ...config, defaultTableName: table, tablePrefix: '', tableSuffix: '' })
  }

  /** The config for `--tenant`: it says the tenant of everything that a command does. */
  #forTenant(config: ResolvedConfig): ResolvedConfig {
    const { tenant } = this.global
    if (tenant === undefined) return config
    if (config.tenancy === undefined)
      throw new CliError('CLI.USAGE', '--tenant was given, and the config says nothing of tenants.', {
        hint: 'Give the config `tenancy: {}`, or leave --tenant out.',
      })
    checkTenantId(tenant)
    return Object.freeze({ ...config, tenancy: Object.freeze({ ...config.tenancy, resolve: () => tenant }) })
  }

  async #load(file: string | undefined, environment: string | undefined): Promise<ResolvedConfig> {
    try {
      return await loadConfig({ cwd: this.cwd, environment, ...(file === undefined ? {} : { file }) })
    } catch (error) {
      const fromEnvironment =
        file === undefined && environment === undefined && isDynamoDBToolingError(error, 'CONFIG.NOT_FOUND')
          ? configOfEnvironment()
          : undefined
      if (fromEnvironment === undefined) throw error
      return fromEnvironment
    }
  }

  /** The connection of that config, which models use too. */
  connection(): Promise<Connection> {
    this.#connection ??= this.#connect()
    return this.#connection
  }

  async #connect(): Promise<Connection> {
    const config = await this.config()
    const { enabled, inMemory, port } = config.local
    if (enabled && inMemory && !(await dynamoDb.isRunning(port)))
      this.output.warn('The local engine keeps data in memory and ends with this command; `dbtooling start` keeps it.')
    setConfigSource(() => config)
    setModelSource(loadModels)
    setMigrator({ migrateModels })
    setTrail({ models: [AuditEntry, AuditChain], record: trailOf })
    return currentConnection()
  }

  /**
   * The models of the project, registered on the connection.
   *
   * @throws CliError `CLI.NO_MODELS`; ConfigFileError `CONFIG.MODELS_PATH`
   */
  models(): Promise<readonly ModelClass[]> {
    this.#models ??= this.#loadModels()
    return this.#models
  }

  async #loadModels(): Promise<readonly ModelClass[]> {
    const { folder, root } = await this.#modelsFolder()
    await this.connection()
    const models = [...new Set(loadModels(folder, root))]
    if (models.length === 0) throw new CliError('CLI.NO_MODELS', `No file in ${folder} exports a model.`)
    registerModels(models)
    return models
  }

  /** What the folder of the models holds, files that cannot be read among it; nothing is registered, nothing is sent. */
  async parsedModels(): Promise<ParsedModels & { readonly folder: string }> {
    const { folder, root } = await this.#modelsFolder()
    return { ...parseModels(folder, root), folder: resolve(root, folder) }
  }

  async #modelsFolder(): Promise<{ readonly folder: string; readonly root: string }> {
    const { queryBuilder, root } = await this.config()
    const folder = this.global.models === undefined ? queryBuilder.modelsPath : resolve(this.cwd, this.global.models)
    if (folder === undefined) throw new CliError('CLI.NO_MODELS', 'The config does not say where the models are.')
    return { folder, root }
  }

  /** The whole name of the table: prefix, name and suffix of the config, or `--table`. */
  async tableName(): Promise<string> {
    const { tablePrefix, defaultTableName, tableSuffix } = await this.config()
    return `${tablePrefix}${defaultTableName}${tableSuffix}`
  }

  /** Shows on stderr how far work is; `what` is counted: `rows`. Call its `end()`. */
  progress(what: string): Progress {
    const terminal = Boolean(process.stderr.isTTY)
    return new Progress(what, this.clock, terminal, (text) => process.stderr.write(text))
  }

  /** Closes what was opened. */
  async close(): Promise<void> {
    if (this.#connection !== undefined) await resetConfig()
  }
}
