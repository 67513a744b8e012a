package io.animus.benchmarks;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.animus.kernel.core.Ids;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Properties;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;

/**
 * The least that a server can do in order to keep a run: the HTTP server of the JDK and one prepared statement for each
 * request. It checks nothing and decides nothing. A program of its own, so that its CPU can be told from the clients'.
 */
public final class Floor {
    private final BlockingQueue<Desk> desks;
    private final RunRows rows;
    private final Ids ids = new Ids(Clock.systemUTC(), new SecureRandom());

    private record Desk(Connection connection, PreparedStatement create, PreparedStatement read) {}

    private Floor(int connections, RunRows rows) {
        desks = new ArrayBlockingQueue<>(connections);
        this.rows = rows;
    }

    /**
     * Serves until its standard input ends; says its port on standard output.
     *
     * @param arguments URL of the database, user, run to take as the pattern, number of connections; the password is in
     *     {@code FLOOR_PASSWORD}
     */
    public static void main(String[] arguments) throws IOException, SQLException {
        var login = new Properties();
        login.setProperty("user", arguments[1]);
        login.setProperty("password", System.getenv("FLOOR_PASSWORD"));
        login.setProperty("prepareThreshold", "1");
        var connections = Integer.parseInt(arguments[3]);
        RunRows rows;
        try (var connection = DriverManager.getConnection(arguments[0], login)) {
            rows = RunRows.of(connection, arguments[2]);
        }
        var floor = new Floor(connections, rows);
        for (var i = 0; i < connections; i++) {
            var connection = DriverManager.getConnection(arguments[0], login);
            floor.desks.add(new Desk(
                    connection,
                    connection.prepareStatement(rows.sql()),
                    connection.prepareStatement("select * from run where id = ?")));
        }
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newFixedThreadPool(connections));
        server.createContext("/", floor::serve);
        server.start();
        System.out.println(server.getAddress().getPort());
        while (System.in.read() >= 0) {
            continue;
        }
        System.exit(0);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            var path = exchange.getRequestURI().getPath();
            var desk = desks.take();
            byte[] answer;
            try {
                answer = exchange.getRequestMethod().equals("POST")
                        ? create(desk)
                        : read(desk, path.substring(path.lastIndexOf('/') + 1));
            } finally {
                desks.add(desk);
            }
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(exchange.getRequestMethod().equals("POST") ? 201 : 200, answer.length);
            exchange.getResponseBody().write(answer);
        } catch (SQLException e) {
            throw new UncheckedIOException(new IOException(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private byte[] create(Desk desk) throws SQLException {
        var run = rows.bind(desk.create(), ids);
        desk.create().executeUpdate();
        return ("{\"id\":\"" + run + "\"}").getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    private static byte[] read(Desk desk, String run) throws SQLException {
        desk.read().setString(1, run);
        try (var found = desk.read().executeQuery()) {
            if (!found.next()) {
                throw new SQLException("there is no run " + run);
            }
            return found.getBytes("spec");
        }
    }
}
