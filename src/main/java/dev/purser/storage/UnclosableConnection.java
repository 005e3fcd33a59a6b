package dev.purser.storage;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/**
 * The writer's connection as Jdbi sees it: usable, but neither to be closed nor committed nor
 * rolled back.
 */
final class UnclosableConnection {
  private UnclosableConnection() {}

  /** What such a connection is besides. */
  interface OfSession {
    Writer.Session session();
  }

  static Connection of(Writer.Session session, Connection connection) {
    return (Connection)
        Proxy.newProxyInstance(
            OfSession.class.getClassLoader(),
            new Class<?>[] {Connection.class, OfSession.class},
            (_, method, arguments) ->
                switch (method.getName()) {
                  case "close", "commit", "rollback", "setAutoCommit" -> null;
                  case "session" -> session;
                  default -> invoke(connection, method, arguments);
                });
  }

  private static @Nullable Object invoke(
      Connection connection, Method method, @Nullable Object @Nullable [] arguments)
      throws Throwable {
    try {
      return method.invoke(connection, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }
}
