export { differenceOf } from './difference.ts';
export { instrument, restore } from './instrumentation.ts';
export type { FunctionSettings, Restored, Wanted } from './instrumentation.ts';
export { readFunction, requireRuntime, updateFunction, withLambda } from './lambda-client.ts';
export type { Lambda } from './lambda-client.ts';
export { publishSizes, removeSizes, sizeTemplate } from './size-versions.ts';
export { LAYER_NAME, newestLayer, publishLayer, readLayerZip } from './layer.ts';
