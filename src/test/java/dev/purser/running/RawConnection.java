package dev.purser.running;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A connection on which a test sends whatever bytes it likes, whole requests or not. */
public final class RawConnection implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 30_000;

  private final Socket socket;

  /** Connects to the host and port of this address. */
  public RawConnection(String url) {
    URI address = URI.create(url);
    try {
      socket = new Socket(InetAddress.getByName(address.getHost()), address.getPort());
      socket.setSoTimeout(PATIENCE_MILLIS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public RawConnection send(String text) {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  public RawConnection send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** Sends as much as the other side takes: it may have refused, and closed. */
  public RawConnection trySend(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException refused) {
      // What it answered can still be read.
    }
    return this;
  }

  /** The head of the next answer, with its empty line; what there was of it if that is cut. */
  public String head() {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = read();
      if (next < 0) {
        break;
      }
      head.append((char) next);
    }
    return head.toString();
  }

  /** The next answer, whose head says its length. */
  public String answer() {
    String head = head();
    String length = head.replaceAll("(?si).*\r\ncontent-length: *(\\d+)\r\n.*", "$1");
    if (length.equals(head)) {
      return head;
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (body.size() < Integer.parseInt(length)) {
      int next = read();
      if (next < 0) {
        break;
      }
      body.write(next);
    }
    return head + body.toString(StandardCharsets.UTF_8);
  }

  /** Whether the other side has closed it, as far as is known without waiting. */
  public boolean closed() {
    try {
      socket.setSoTimeout(1);
      InputStream in = socket.getInputStream();
      while (in.read() >= 0) {
        // An answer that nobody wants.
      }
      return true;
    } catch (java.net.SocketTimeoutException open) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  /** The next byte; below zero if the other side has closed it. */
  private int read() {
    try {
      return socket.getInputStream().read();
    } catch (java.net.SocketTimeoutException e) {
      throw new UncheckedIOException("nothing came, and the connection stays open", e);
    } catch (IOException reset) {
      return -1;
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
