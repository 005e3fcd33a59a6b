package dev.purser.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All connections that clients have open, of all event loops. A connection may keep Purser waiting
 * only so long, and there is a limit on how many there are. At the limit a new one takes the place
 * of one that waits for its client: first the oldest of strangers, as long as those have more than
 * their part of the places; then the oldest on which somebody has called before. One whose request
 * is being answered is never closed for another. If no place can be made, nobody is accepted until
 * one can: who connects then waits in the system's queue.
 *
 * <p>Safe for all threads; nothing waits in here.
 */
final class ClientConnections {
  private static final Logger log = LoggerFactory.getLogger(ClientConnections.class);

  /** The part of all places that those who come new have in any case. */
  private static final int PART_OF_STRANGERS = 8;

  /** What a connection has to itself, whatever the limit: time for a head to come. */
  private static final long MIN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long LOG_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** What a connection waits for. A caller is one whose virtual key was accepted on it. */
  enum Phase {
    /** A stranger's request, up to the end of its head. */
    HEAD,
    /** The body of a form, of a request to the management API, or of a request that was refused. */
    BODY,
    /** A stranger's next request. */
    IDLE,
    /** A caller's next request, up to the end of its head. */
    CALLERS_HEAD,
    /** A caller's next request. */
    CALLERS_IDLE,
    /** The body of a call, which the call itself watches. */
    CALLERS_BODY,
    /** Purser's answer. */
    ANSWER
  }

  private static final List<Phase> OF_STRANGERS = List.of(Phase.HEAD, Phase.BODY, Phase.IDLE);

  private static final List<Phase> OF_CALLERS =
      List.of(Phase.CALLERS_IDLE, Phase.CALLERS_HEAD, Phase.CALLERS_BODY);

  private final int most;
  private final Map<Phase, Long> limitNanos = new EnumMap<>(Phase.class);
  private final Map<Phase, Set<ClientConnection>> oldestFirst = new EnumMap<>(Phase.class);
  private int open;

  /** Where connections are counted as they are accepted. */
  private final Set<Channel> counting = new HashSet<>();

  /** Where nobody is accepted just now. */
  private final Set<Channel> waiting = new HashSet<>();

  private @Nullable Long loggedNanos;

  /**
   * Without a connection yet.
   *
   * @param most how many there may be
   * @param head how long a request's head may take
   * @param body how long the body of a request may take that is no call
   * @param idle how long a connection may be without a request
   */
  ClientConnections(int most, Duration head, Duration body, Duration idle) {
    this.most = most;
    for (Phase phase : Phase.values()) {
      oldestFirst.put(phase, new LinkedHashSet<>());
    }
    limitNanos.put(Phase.HEAD, head.toNanos());
    limitNanos.put(Phase.CALLERS_HEAD, head.toNanos());
    limitNanos.put(Phase.BODY, body.toNanos());
    limitNanos.put(Phase.IDLE, idle.toNanos());
    limitNanos.put(Phase.CALLERS_IDLE, idle.toNanos());
  }

  /** A client has connected; to be called on the connection's event loop. */
  void opened(HttpConnection opened) {
    Channel channel = ClientConnection.channel(opened);
    ClientConnection connection = ClientConnection.of(channel);
    if (connection == null) {
      countWhereAccepted(channel.parent());
      connection = accepted(channel);
    }
    connection.watch();
    synchronized (this) {
      if (connection.counted()) {
        enter(connection, Phase.HEAD);
      }
    }
  }

  /**
   * Where connections are accepted: on a thread of its own, which goes on however busy the event
   * loops are.
   */
  private final class Acceptance extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object child) {
      if (child instanceof Channel channel) {
        var _ = accepted(channel);
      }
      context.fireChannelRead(child);
    }
  }

  /** From now on; more than one may have been accepted before. */
  private synchronized void countWhereAccepted(Channel listening) {
    if (counting.add(listening)) {
      listening.pipeline().addFirst(new Acceptance());
    }
  }

  private synchronized ClientConnection accepted(Channel channel) {
    ClientConnection known = ClientConnection.of(channel);
    if (known != null) {
      return known;
    }
    ClientConnection connection = new ClientConnection(this, channel);
    open++;
    makeRoom(System.nanoTime(), connection.listening());
    var _ = channel.closeFuture().addListener(_ -> gone(connection));
    return connection;
  }

  /** Closes what is above the limit; while that cannot be, new ones wait to be accepted. */
  private void makeRoom(long nowNanos, Channel listening) {
    while (open > most) {
      logAtTimes(nowNanos);
      ClientConnection leastNeeded = leastNeeded(nowNanos);
      if (leastNeeded == null) {
        listening.config().setAutoRead(false);
        waiting.add(listening);
        return;
      }
      forget(leastNeeded);
      leastNeeded.close();
    }
  }

  private @Nullable ClientConnection leastNeeded(long nowNanos) {
    int strangers = OF_STRANGERS.stream().mapToInt(phase -> in(phase).size()).sum();
    ClientConnection stranger = oldest(OF_STRANGERS, nowNanos);
    if (stranger != null && strangers > most / PART_OF_STRANGERS) {
      return stranger;
    }
    for (Phase phase : OF_CALLERS) {
      ClientConnection caller = oldest(List.of(phase), nowNanos);
      if (caller != null) {
        return caller;
      }
    }
    return stranger;
  }

  /** Of those that have had their time; null if there are none. */
  private @Nullable ClientConnection oldest(List<Phase> phases, long nowNanos) {
    ClientConnection oldest = null;
    for (Phase phase : phases) {
      ClientConnection first = first(phase);
      if (first != null
          && nowNanos - first.sinceNanos() > MIN_NANOS
          && (oldest == null || first.sinceNanos() - oldest.sinceNanos() < 0)) {
        oldest = first;
      }
    }
    return oldest;
  }

  private @Nullable ClientConnection first(Phase phase) {
    Iterator<ClientConnection> all = in(phase).iterator();
    return all.hasNext() ? all.next() : null;
  }

  private Set<ClientConnection> in(Phase phase) {
    return oldestFirst.computeIfAbsent(phase, _ -> new LinkedHashSet<>());
  }

  private void logAtTimes(long nowNanos) {
    if (loggedNanos == null || nowNanos - loggedNanos > LOG_NANOS) {
      loggedNanos = nowNanos;
      log.warn(
          "{} clients are connected, which is the limit (PURSER_MAX_CLIENTS): those that only wait"
              + " are closed for new ones",
          most);
    }
  }

  /** It waits for something else now; ignored if it was closed meanwhile. */
  synchronized void moved(ClientConnection connection, Phase to) {
    Phase from = connection.phase();
    if (from != to && from != null && in(from).remove(connection)) {
      enter(connection, to);
    }
  }

  private void enter(ClientConnection connection, Phase phase) {
    connection.enter(phase, System.nanoTime());
    in(phase).add(connection);
  }

  private synchronized void gone(ClientConnection connection) {
    forget(connection);
  }

  private void forget(ClientConnection connection) {
    Phase phase = connection.phase();
    if (phase != null) {
      in(phase).remove(connection);
    }
    if (connection.leave()) {
      open--;
    }
  }

  /** How many are open. */
  synchronized int open() {
    return open;
  }

  /** Closes those that have kept Purser waiting for longer than they may. */
  synchronized void closeLate(long nowNanos) {
    limitNanos.forEach((phase, limit) -> {
      ClientConnection next = first(phase);
      while (next != null && nowNanos - next.sinceNanos() > limit) {
        forget(next);
        next.close();
        next = first(phase);
      }
    });
    for (Channel listening : List.copyOf(waiting)) {
      makeRoom(nowNanos, listening);
      if (open < most || leastNeeded(nowNanos) != null) {
        waiting.remove(listening);
        listening.config().setAutoRead(true);
      }
    }
  }
}
