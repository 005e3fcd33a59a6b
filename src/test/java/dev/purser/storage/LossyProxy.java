package dev.purser.storage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a program and PostgreSQL, and can lose a commit or the answer to it: the program
 * waits on a connection that says nothing any more.
 */
public final class LossyProxy implements AutoCloseable {
  private static final String COMMIT = "COMMIT";

  private final ServerSocket listening;
  private final URI server;
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final List<Pair> silenced = new CopyOnWriteArrayList<>();
  private volatile @Nullable String after;
  private volatile boolean lost;
  private volatile boolean still;

  /** Before the server of this database. */
  public LossyProxy(DatabaseConfiguration.Postgresql database) {
    server = URI.create(database.jdbcUrl().substring("jdbc:".length()));
    try {
      listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.startVirtualThread(this::accept);
  }

  /** The database's address through this. */
  public String jdbcUrl() {
    return "jdbc:postgresql://127.0.0.1:"
        + listening.getLocalPort()
        + server.getRawPath()
        + "?"
        + server.getRawQuery()
        // So that every commit says what it is.
        + "&prepareThreshold=0";
  }

  /** Loses the answer to the first commit of a connection that has sent this text, once. */
  public void loseCommitAfter(String text) {
    lost = false;
    after = text;
  }

  /**
   * Stands still, in the middle of a transaction, before the first commit of a connection that has
   * sent this text, once.
   */
  public void standStillAfter(String text) {
    still = true;
    loseCommitAfter(text);
  }

  /** Whether it has lost it. */
  public boolean hasLost() {
    return lost;
  }

  /** Passes on, in order, what the server has answered since a commit's answer was lost. */
  public void answerAfterAll() {
    silenced.forEach(Pair::speak);
    silenced.clear();
  }

  /** Ends all connections. */
  public void cut() {
    for (Socket socket : open) {
      closeQuietly(socket);
    }
    open.clear();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        Socket upstream = new Socket(server.getHost(), server.getPort());
        open.add(client);
        open.add(upstream);
        Pair pair = new Pair(client, upstream);
        Thread.startVirtualThread(pair::ask);
        Thread.startVirtualThread(pair::answer);
      }
    } catch (IOException closed) {
      cut();
    }
  }

  /** A connection and its twin. */
  private final class Pair {
    private final Socket client;
    private final Socket upstream;
    private boolean marked;
    private final ByteArrayOutputStream keptBack = new ByteArrayOutputStream();
    private volatile boolean silent;

    private Pair(Socket client, Socket upstream) {
      this.client = client;
      this.upstream = upstream;
    }

    private void ask() {
      copy(client, upstream, true);
    }

    private void answer() {
      copy(upstream, client, false);
    }

    private void copy(Socket from, Socket to, boolean asks) {
      byte[] buffer = new byte[64 * 1024];
      try (InputStream in = from.getInputStream();
          OutputStream out = to.getOutputStream()) {
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          if (asks) {
            look(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
          }
          if (asks) {
            if (!silent || !still) {
              out.write(buffer, 0, count);
              out.flush();
            }
          } else {
            answer(buffer, count, out);
          }
        }
      } catch (IOException closed) {
        // the other side has gone, or all were cut
      } finally {
        closeQuietly(from);
        closeQuietly(to);
      }
    }

    private synchronized void answer(byte[] buffer, int count, OutputStream out)
        throws IOException {
      if (silent) {
        keptBack.write(buffer, 0, count);
      } else {
        out.write(buffer, 0, count);
        out.flush();
      }
    }

    private synchronized void speak() {
      silent = false;
      try {
        OutputStream out = client.getOutputStream();
        keptBack.writeTo(out);
        out.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void look(String text) {
      String mark = after;
      marked |= mark != null && text.contains(mark);
      if (marked && mark != null && text.contains(COMMIT)) {
        silent = true;
        silenced.add(this);
        after = null;
        lost = true;
      }
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException ignored) {
      // It is gone in any case.
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cut();
  }
}
