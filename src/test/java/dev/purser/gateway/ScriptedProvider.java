package dev.purser.gateway;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A provider that answers each whole request with bytes that the test makes, and leaves the
 * connection open for the next one.
 */
final class ScriptedProvider implements AutoCloseable {
  /** What goes over the wire for a request. */
  interface Script {
    void answer(Request request, OutputStream out) throws IOException;
  }

  /**
   * A whole request.
   *
   * @param head request line and headers
   * @param numberOnConnection of the request, from 1
   */
  record Request(String head, String body, int numberOnConnection) {
    String path() {
      return head.split(" ", 3)[1];
    }
  }

  private final ServerSocket server;
  private final Script script;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();

  ScriptedProvider(Script script) {
    this.script = script;
    try {
      server = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual()
        .start(() -> {
          while (!server.isClosed()) {
            try {
              Socket socket = server.accept();
              connections.incrementAndGet();
              open.incrementAndGet();
              Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException closed) {
              return;
            }
          }
        });
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      for (int number = 1; ; number++) {
        String head = head(in);
        if (head.isEmpty()) {
          return;
        }
        String body = new String(in.readNBytes(length(head)), StandardCharsets.UTF_8);
        script.answer(new Request(head, body, number), socket.getOutputStream());
        socket.getOutputStream().flush();
      }
    } catch (IOException expected) {
      // The gateway closed the connection.
    } finally {
      open.decrementAndGet();
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return "";
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private static int length(String head) {
    String name = "content-length: ";
    int at = head.toLowerCase(Locale.ROOT).indexOf(name);
    return at < 0
        ? 0
        : Integer.parseInt(head.substring(at + name.length(), head.indexOf('\r', at)).strip());
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /** How many connections have been made. */
  int connections() {
    return connections.get();
  }

  /** How many of them are open. */
  int open() {
    return open.get();
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A whole answer. */
  static String answer(String status, String contentType, String body) {
    return "HTTP/1.1 "
        + status
        + "\r\ncontent-type: "
        + contentType
        + "\r\ncontent-length: "
        + bytes(body).length
        + "\r\n\r\n"
        + body;
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
