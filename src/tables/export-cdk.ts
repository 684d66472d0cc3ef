import { namedProperties } from './export-cloudformation.js'
import type { TableRequests } from './table-requests.js'

/** A TypeScript file with a stack of the tables: the CloudFormation resources, in the words of `aws-cdk-lib`. */
export function cdkStack(tables: readonly TableRequests[]): string {
  const resources = namedProperties(tables).map(
    ([name, properties]) =>
      `    new CfnTable(this, ${JSON.stringify(name)}, ${literal(properties, '    ')}).applyRemovalPolicy(RemovalPolicy.RETAIN)\n`,
  )
  return `// DynamoDB tables of the models, written by dynamodb-tooling.
import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb'
import type { Construct } from 'constructs'

export class TablesStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props)
${resources.join('')}  }
}
`
}

/** Names of properties are identifiers, and begin small here. Every other text stays as it is. */
function literal(value: unknown, indent: string): string {
  const inside = `${indent}  `
  if (Array.isArray(value))
    return `[\n${value.map((each) => `${inside}${literal(each, inside)},\n`).join('')}${indent}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const lines = Object.entries(value).map(
    ([name, each]) => `${inside}${name.slice(0, 1).toLowerCase()}${name.slice(1)}: ${literal(each, inside)},\n`,
  )
  return `{\n${lines.join('')}${indent}}`
}
