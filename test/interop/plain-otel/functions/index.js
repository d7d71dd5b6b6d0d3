// Google's functions framework hands over a request and a response, Knative's runtime takes what is returned.
exports.hello = (request, response) => response.send('hello');
exports.handle = () => ({ body: 'hello' });
