// The manual instrumentation from the library's own documentation: without middleware, which is its cheapest form.
const { Tracer } = require('@aws-lambda-powertools/tracer');

const tracer = new Tracer({ serviceName: 'hello' });

exports.handler = async (event) => {
  const segment = tracer.getSegment();
  const subsegment = segment?.addNewSubsegment(`## ${process.env['_HANDLER']}`);
  if (subsegment) tracer.setSegment(subsegment);
  tracer.annotateColdStart();
  tracer.addServiceNameAnnotation();
  try {
    const result = { message: `hello ${event.name}` };
    tracer.addResponseAsMetadata(result, process.env['_HANDLER']);
    return result;
  } catch (error) {
    tracer.addErrorAsMetadata(error);
    throw error;
  } finally {
    subsegment?.close();
    if (segment) tracer.setSegment(segment);
  }
};
