import { realpathSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { systemClock } from '../../kernel/index.js'
import { EngineError } from '../errors.js'
import { checkDataFile } from './data-file.js'
import type { EngineFacts, EngineName } from './engine-facts.js'
import type { EngineProgram } from './engine-program.js'
import { connectKeeper, type KeeperConnection, spawnKeeper } from './keeper-client.js'
import { type LockRecord, type LockState, readLock, takeLock } from './lock.js'
import { endOrphan } from './orphan.js'
import { freePort, isPortFree, whoAnswers } from './port.js'
import { RunningEngine } from './running-engine.js'
import { stateFolder, sweepStateFolder } from './state-folder.js'

/** What is wanted of an engine, with every default filled in. */
export interface LaunchPlan {
  readonly program: EngineProgram
  /** True: an engine of the other kind that has the data open already will do. */
  readonly anyEngine: boolean
  /** 0 = any free port. */
  readonly port: number
  /** True: an engine that has the data open on another port will do. */
  readonly anyPort: boolean
  /** Folder of the data; undefined = in memory only. */
  readonly data: string | undefined
  readonly sharedDb: boolean
  readonly cors: string | undefined
  readonly detached: boolean
}

const START_TIMEOUT = 60_000
/** Milliseconds; see keeper.ts. */
const KEEPER_HEARTBEAT = 5000
const DATA_LOCK = 'engine'

const used = new Set<RunningEngine>()

/** The engines this process launched or joined and still uses. */
export function enginesInUse(): RunningEngine[] {
  return [...used].filter((engine) => !engine.ended)
}

/** Starts an engine, or joins the one that has the data (or, in memory, the port) already. */
export async function launchEngine(given: LaunchPlan): Promise<RunningEngine> {
  const plan = { ...given, data: given.data === undefined ? undefined : await prepareFolder(given.data) }
  const deadline = systemClock.now() + START_TIMEOUT
  while (systemClock.now() < deadline) {
    const engine = await attempt(plan)
    if (engine !== undefined) {
      for (const other of used) if (other.ended) used.delete(other)
      used.add(engine)
      return engine
    }
    // Another process was quicker, or the one we wanted to join is just ending.
    await systemClock.sleep(5 + Math.random() * 20)
  }
  throw new EngineError('ENGINE.START_FAILED', `The local engine did not answer within ${START_TIMEOUT / 1000} s.`, {
    hint: `If its data folder was deleted while it ran, stop it first: dynamoDb.stop(${plan.port}).`,
  })
}

/** The lock that lists the engine of a port. */
export function readPortLock(port: number): LockState {
  return readLock(stateFolder(), `port-${port}`)
}

async function attempt(plan: LaunchPlan): Promise<RunningEngine | undefined> {
  const dataSeen = plan.data === undefined ? undefined : readLock(plan.data, DATA_LOCK)
  if (dataSeen?.settling) return undefined
  const holder = dataSeen && (await findHolder(dataSeen))
  if (holder !== undefined) {
    if (isShareable(plan, holder.record.facts)) return await join(plan, holder)
    holder.connection.close()
    throw dataLocked(holder.record.facts)
  }
  await endOrphan(dataSeen?.record)

  const port = plan.port === 0 ? await freePort() : plan.port
  const portSeen = readPortLock(port)
  if (portSeen.settling) return undefined
  const neighbour = await findHolder(portSeen)
  if (neighbour !== undefined) {
    const { facts } = neighbour.record
    // The same data: a process that launched at the same instant. In memory, the port is what is shared.
    if (plan.port !== 0 && facts.data === plan.data && fits(plan, facts)) return await join(plan, neighbour)
    neighbour.connection.close()
    if (plan.port === 0) return undefined
    throw portInUse(port, `our ${facts.engine} with ${facts.data === undefined ? 'data in memory' : facts.data}`)
  }
  await endOrphan(portSeen.record)

  const facts: EngineFacts = {
    engine: plan.program.name,
    port,
    ...(plan.data === undefined ? {} : { data: plan.data }),
    sharedDb: plan.sharedDb,
    startedAt: systemClock.now(),
  }
  const args = plan.program.arguments({ port, data: plan.data, sharedDb: plan.sharedDb, cors: plan.cors })
  sweepStateFolder()
  const connection = await spawnKeeper()
  let running: RunningEngine | undefined
  try {
    const record: LockRecord = { ...connection.address, host: hostname(), facts, args }
    const locks: string[] = []
    for (const [folder, name, seen] of [
      [plan.data, DATA_LOCK, dataSeen],
      [stateFolder(), `port-${port}`, portSeen],
    ] as const) {
      if (folder === undefined || seen === undefined) continue
      const path = takeLock(folder, name, seen, record)
      if (path === undefined) return undefined
      locks.push(path)
    }
    // Only now, with the locks held, is what is found on the port or in the file not the work of an engine of ours.
    if (!(await isPortFree(port))) {
      if (plan.port === 0) return undefined
      throw portInUse(port, await whoAnswers(port))
    }
    if (plan.data !== undefined) await checkDataFile(plan.data, plan.program)
    running = await start(plan, connection, { facts, args, locks })
    return running
  } finally {
    // The keeper ends with its first connection, and the locks with the keeper.
    if (running === undefined) connection.close()
  }
}

interface Started {
  readonly facts: EngineFacts
  readonly args: readonly string[]
  readonly locks: readonly string[]
}

async function start(
  plan: LaunchPlan,
  connection: KeeperConnection,
  started: Started,
): Promise<RunningEngine | undefined> {
  const { facts, args, locks } = started
  const { command, readyText } = plan.program
  const slow = setTimeout(() => connection.close(), START_TIMEOUT)
  const answer = await connection.ask({
    op: 'start',
    command,
    args,
    readyText,
    port: facts.port,
    locks,
    dataLock: facts.data === undefined ? undefined : locks[0],
    facts: { ...facts },
    detached: plan.detached,
  })
  clearTimeout(slow)
  if (answer?.event === 'ready') {
    return new RunningEngine(connection, facts, answer.pid, args, false)
  }
  // The keeper was killed: the next look at the locks sees to what it left.
  if (answer?.event !== 'exit') return undefined
  const output = answer.output.trim()
  if (/already in use|BindException/i.test(output)) {
    if (plan.port === 0) return undefined
    throw portInUse(facts.port, await whoAnswers(facts.port))
  }
  throw new EngineError('ENGINE.START_FAILED', `${facts.engine} did not start: ${output || 'it gave no reason'}`, {
    hint: facts.data === undefined ? `It was run as ${command}` : `It was run as ${command} on ${facts.data}`,
    details: { engine: facts.engine, port: facts.port, data: facts.data },
  })
}

interface Holder {
  readonly connection: KeeperConnection
  readonly record: LockRecord
}

/** Who holds a lock now. Where nobody does, an engine may still run that a dead holder left: see `endOrphan`. */
export async function findHolder(state: LockState): Promise<Holder | undefined> {
  const { record } = state
  if (record === undefined || record.released === true) return undefined
  const connection = await connectKeeper(record)
  if (connection !== undefined) return { connection, record }
  if (record.facts.data !== undefined && record.host !== hostname()) {
    // Another machine or container that shares the folder: its loopback is not ours. A living keeper touches its locks.
    if (Date.now() - state.touchedAt < 4 * KEEPER_HEARTBEAT) {
      throw new EngineError(
        'ENGINE.DATA_LOCKED',
        `The data in ${record.facts.data} is open on ${record.host}, port ${record.facts.port} there.`,
        { hint: 'Stop the engine there; two engines on one file would damage it.', details: { host: record.host } },
      )
    }
    return undefined
  }
  return undefined
}

async function join(plan: LaunchPlan, { connection, record }: Holder): Promise<RunningEngine | undefined> {
  const answer = await connection.ask({ op: 'attach', detached: plan.detached })
  if (answer?.event === 'ready') return new RunningEngine(connection, record.facts, answer.pid, record.args, true)
  connection.close()
  return undefined
}

function fits(plan: LaunchPlan, facts: EngineFacts): boolean {
  const sameEngine = plan.anyEngine || facts.engine === plan.program.name
  return sameEngine && (facts.engine === 'dynoxide' || facts.sharedDb === plan.sharedDb)
}

function isShareable(plan: LaunchPlan, facts: EngineFacts): boolean {
  return fits(plan, facts) && (plan.anyPort || plan.port === 0 || plan.port === facts.port)
}

function dataLocked(facts: EngineFacts): EngineError {
  return new EngineError(
    'ENGINE.DATA_LOCKED',
    `The data in ${facts.data} is open in ${describe(facts.engine)} on port ${facts.port}.`,
    {
      hint: `Use port ${facts.port} with the same engine and options, or stop that one first: dynamoDb.stop(${facts.port}).`,
      details: { port: facts.port, engine: facts.engine, data: facts.data },
    },
  )
}

function describe(engine: EngineName): string {
  return engine === 'dynoxide' ? 'dynoxide' : 'DynamoDB Local'
}

function portInUse(port: number, who: string): EngineError {
  return new EngineError('ENGINE.PORT_IN_USE', `Port ${port} is taken by ${who}.`, {
    details: { port, who },
  })
}

async function prepareFolder(folder: string): Promise<string> {
  const path = resolve(folder)
  try {
    // A folder of our own making is data that no repository wants.
    const made = await mkdir(path, { recursive: true })
    if (made !== undefined) await writeFile(resolve(path, '.gitignore'), '*\n')
    return realpathSync(path)
  } catch (error) {
    throw new EngineError('ENGINE.START_FAILED', `The data folder ${path} cannot be made.`, {
      hint: 'Give local.dbPath a folder this user may write to, or use local.inMemory.',
      cause: error,
    })
  }
}
