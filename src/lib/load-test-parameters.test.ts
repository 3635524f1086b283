import { expect, it } from 'vitest'
import { renderParametersType } from './render-parameters-type.fixture.ts'

it('the type of the parameters is what the tables of parameters say', async () => {
  await expect(renderParametersType()).toMatchFileSnapshot('load-test-parameters.ts')
})
