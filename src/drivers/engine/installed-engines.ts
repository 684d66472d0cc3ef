import { findDynamoDBLocal, findJar, findJava } from '../dynamodb-local/dynamodb-local-program.js'
import { dynoxidePackage, findDynoxide } from '../embedded/dynoxide-program.js'
import type { EngineSearch } from './find-program.js'

/** Which engines this machine could run. */
export interface InstalledEngines {
  readonly dynoxide: {
    readonly installed: boolean
    /** The npm package that carries it for this machine; undefined where there is none. */
    readonly package: string | undefined
  }
  readonly dynamoDBLocal: {
    readonly installed: boolean
    readonly java: string | undefined
    readonly jar: string | undefined
  }
}

/** Looks for engines, without running any. */
export function installedEngines({ root, jar }: EngineSearch = {}): InstalledEngines {
  return {
    dynoxide: { installed: findDynoxide(root) !== undefined, package: dynoxidePackage() },
    dynamoDBLocal: { installed: findDynamoDBLocal(jar, root) !== undefined, java: findJava(), jar: findJar(jar, root) },
  }
}
