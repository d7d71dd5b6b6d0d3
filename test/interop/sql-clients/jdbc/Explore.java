import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * Explores the SQL endpoint through ClickHouse's JDBC driver, with the calls and statements that DBeaver sends when it
 * connects and opens a schema. Arguments: the URL, the token. Prints a line for each: its name, a tab, the number of
 * rows or the error.
 */
public class Explore {
  private interface Call {
    ResultSet run() throws SQLException;
  }

  public static void main(String[] arguments) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", "dbeaver");
    properties.setProperty("password", arguments[1]);
    properties.setProperty("clickhouse_setting_session_id", "sess_1");
    try (Connection connection = DriverManager.getConnection(arguments[0], properties)) {
      DatabaseMetaData metaData = connection.getMetaData();
      System.out.println("isValid\t" + connection.isValid(5));
      System.out.println("product\t" + metaData.getDatabaseProductName());
      count("getSchemas", () -> metaData.getSchemas());
      count("getTables", () -> metaData.getTables(null, "sandscope", "%", null));
      count("getColumns", () -> metaData.getColumns(null, "sandscope", "v1_hosts", "%"));
      count("getPrimaryKeys", () -> metaData.getPrimaryKeys(null, "sandscope", "v1_hosts"));
      count("getTypeInfo", () -> metaData.getTypeInfo());
      count("getFunctions", () -> metaData.getFunctions(null, null, "quantile"));
      Statement statement = connection.createStatement();
      statement.setMaxRows(2);
      statement.setQueryTimeout(5);
      for (String sql : STATEMENTS) count(sql, () -> statement.executeQuery(sql));
    }
  }

  private static final String[] STATEMENTS = {
    "SELECT VERSION()",
    "SHOW DATABASES",
    "SELECT name FROM system.table_engines",
    "SELECT name as TABLE_NAME, engine as TABLE_TYPE, database as TABLE_SCHEM,comment as REMARKS, * FROM system.tables\n"
        + "WHERE database = 'sandscope' and name='v1_spans'",
    "select table,sum(bytes) as table_size, max(modification_time) as latest_modification,any(engine) as engine\n"
        + "FROM system.parts\nWHERE database='sandscope' AND active\nGROUP BY table",
    "SELECT x.* FROM sandscope.v1_invocations x\nLIMIT 0, 200",
    "SELECT * FROM v1_spans",
    "SELECT * FROM v1_sandboxes",
    "SELECT file('/etc/hostname')",
    "SELECT * FROM sandscope.invocations",
  };

  private static void count(String name, Call call) {
    System.out.print(name.replace('\n', ' ') + "\t");
    try (ResultSet rows = call.run()) {
      int count = 0;
      int columns = rows.getMetaData().getColumnCount();
      for (; rows.next(); count += 1) for (int column = 1; column <= columns; column += 1) rows.getObject(column);
      System.out.println(count);
    } catch (SQLException error) {
      System.out.println(error.getMessage().replace('\n', ' '));
    }
  }
}
