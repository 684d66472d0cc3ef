import { documentClient } from './document-client.mjs'
import { dynamooseLibrary } from './dynamoose.mjs'
import { electrodb } from './electrodb.mjs'
import { floor } from './floor.mjs'
import { onetable } from './onetable.mjs'
import { ours } from './ours.mjs'
import { sdk, sdkBest } from './sdk.mjs'
import { toolbox } from './toolbox.mjs'

/** In the order of the tables. */
export const LIBRARIES = [floor, ours, sdkBest, sdk, documentClient, electrodb, toolbox, onetable, dynamooseLibrary]
export const BASE = sdk.id
