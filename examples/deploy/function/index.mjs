// The function of the examples for AWS Lambda. It does not refer to Sandscope: the layer wraps its handler.
export const handler = async ({ name = 'world' } = {}) => ({ hello: name });
