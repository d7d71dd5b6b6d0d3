/** In code and not in a separate file, so that a bundle of the function includes it. */
export const TEMPLATE = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>Numbers for {{username}}</title></head>
  <body>
    <p>Welcome, {{username}}!</p>
    <p>Made at {{time}}</p>
    <ul>
      {{#numbers}}
      <li>{{.}}</li>
      {{/numbers}}
    </ul>
  </body>
</html>
`;
