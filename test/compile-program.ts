/** The tests that run the program run what `npm ci` would have made of the sources as they are now. */
export async function setup(): Promise<void> {
  await import('../build/build.ts')
}
