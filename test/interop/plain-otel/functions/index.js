// Google's functions framework passes a request and a response, Knative's runtime uses the return value.
exports.hello = (request, response) => response.send('hello');
exports.handle = () => ({ body: 'hello' });
