/** `BlogPost` -> `BLOG_POST`, `HTTPLog` -> `HTTP_LOG`. */
export function upperSnakeCase(name: string): string {
  return snakeCase(name).toUpperCase()
}

/** `BlogPost` -> `blog_post`. */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
}

/** `taggable` -> `Taggable`. */
export function pascalCase(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

/** `BlogPost` -> `blogPost`. */
export function camelCase(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
