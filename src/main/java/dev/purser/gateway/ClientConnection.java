package dev.purser.gateway;

import dev.purser.gateway.ClientConnections.Phase;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection, and what it waits for: told from the bytes and messages that pass it. It
 * has to look at the connection itself, because Vert.x says nothing of a request before its head is
 * whole. Lives on one event loop, but for what {@link ClientConnections} guards.
 */
final class ClientConnection {
  private static final AttributeKey<ClientConnection> KEY =
      AttributeKey.valueOf(ClientConnection.class, "connection");

  /** Vert.x's own name of its handler, the last one. */
  private static final String VERTX_HANDLER = "handler";

  private final ClientConnections all;
  private final Channel channel;

  /** Guarded by {@link #all}; null before it is watched. */
  private @Nullable Phase phase;

  private boolean counted = true;

  private long sinceNanos;

  /** Whether bytes have come that are no whole head or piece of a body yet. */
  private boolean begun = true;

  private boolean inBody;
  private boolean callsBody;
  private boolean callers;
  private int unanswered;

  /** One that was just accepted. */
  ClientConnection(ClientConnections all, Channel channel) {
    this.all = all;
    this.channel = channel;
    channel.attr(KEY).set(this);
  }

  static Channel channel(HttpConnection of) {
    return ((HttpServerConnection) of).channelHandlerContext().channel();
  }

  /** Null if it was not counted when it was accepted. */
  static @Nullable ClientConnection of(Channel channel) {
    return channel.attr(KEY).get();
  }

  /** Begins to watch what comes and goes; nothing has yet. */
  void watch() {
    channel.pipeline().addFirst(new Bytes());
    channel.pipeline().addBefore(VERTX_HANDLER, null, new Messages());
  }

  /** Notes that the request under way is a call of a known caller, if the connection is watched. */
  static void carriesCall(HttpConnection of) {
    ClientConnection connection = of(channel(of));
    if (connection != null) {
      connection.callers = true;
      connection.callsBody = true;
      connection.update();
    }
  }

  @Nullable Phase phase() {
    return phase;
  }

  boolean counted() {
    return counted;
  }

  /** Whether it was counted until now. */
  boolean leave() {
    boolean was = counted;
    counted = false;
    return was;
  }

  /** When it began to wait for what it waits for. */
  long sinceNanos() {
    return sinceNanos;
  }

  void enter(Phase next, long nowNanos) {
    phase = next;
    sinceNanos = nowNanos;
  }

  /** Where it was accepted. */
  Channel listening() {
    return channel.parent();
  }

  void close() {
    var _ = channel.close();
  }

  private void update() {
    all.moved(this, now());
  }

  private Phase now() {
    if (unanswered > (inBody ? 1 : 0)) {
      return Phase.ANSWER;
    }
    if (inBody) {
      return callsBody && unanswered > 0 ? Phase.CALLERS_BODY : Phase.BODY;
    }
    if (begun) {
      return callers ? Phase.CALLERS_HEAD : Phase.HEAD;
    }
    return callers ? Phase.CALLERS_IDLE : Phase.IDLE;
  }

  /** Before everything else: what comes from the network. */
  private final class Bytes extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      begun = true;
      context.fireChannelRead(bytes);
    }
  }

  /** Between Vert.x and the messages that it receives and sends. */
  private final class Messages extends ChannelDuplexHandler {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      begun = false;
      if (message instanceof HttpRequest) {
        unanswered++;
        inBody = true;
        callsBody = false;
      }
      if (message instanceof LastHttpContent) {
        inBody = false;
      }
      context.fireChannelRead(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      update();
      context.fireChannelReadComplete();
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      boolean interim =
          message instanceof HttpResponse response
              && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
      if (message instanceof LastHttpContent && !interim) {
        unanswered--;
        update();
      }
      var _ = context.write(message, promise);
    }
  }
}
