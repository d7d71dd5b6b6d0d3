export const handler = async (event) => ({ message: `hello ${event.name}` });
