// Runs until its parent is gone.
process.on('disconnect', () => process.exit(0));
// Only now is the death signal certainly set: the program that sets it has become this program.
process.send?.('running');
