/** Accepts only `true`: `type _ = Expect<Equal<A, B>>` is an error where the two differ. */
export type Expect<T extends true> = T

/** True for types that are the same one, `any` and readonly included; not merely assignable to each other. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** An intersection as the one object that it amounts to, so that it can be compared. */
export type Flat<T> = { [K in keyof T]: T[K] }

/** Keys that may be missing. */
export type OptionalKeys<T> = { [K in keyof T]-?: {} extends Pick<T, K> ? K : never }[keyof T]
