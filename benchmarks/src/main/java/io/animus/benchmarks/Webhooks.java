package io.animus.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import io.animus.api.types.TypeId;
import io.animus.kernel.core.BareDeliveries;
import io.animus.plugin.events.webhook.BareWebhooks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How fast events go to subscribers, signed and with every attempt on record, beside as many threads that post the same
 * bytes with the JDK's client and remember nothing; and what one receiver that accepts and never answers costs the others.
 */
final class Webhooks implements Benchmark {
    private static final int SUBSCRIPTIONS = 8;
    private static final byte[] BODY =
            """
            {"data":{"project":"prj_00000000000000000000000000","subject":"run_00000000000000000000000000"},\
            "datacontenttype":"application/json","id":"evt_00000000000000000000000000","source":"urn:animus-hub:hub_0",\
            "specversion":"1.0","subject":"run_00000000000000000000000000","time":"2026-01-01T12:00:00.123456Z",\
            "type":"io.animus.RunFinished"}"""
                    .getBytes(UTF_8);

    @Override
    public String name() {
        return "webhooks";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException {
        var events = setting.pick(500, 50);
        var receivers = Executors.newCachedThreadPool();
        try (var opened = new Opened();
                var bed = new Bed(setting, name());
                var deaf = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var url = URI.create("http://127.0.0.1:" + serve(opened, receivers) + "/");
            var dead = URI.create("http://127.0.0.1:" + deaf.getLocalPort() + "/");
            var publisher = BareWebhooks.to(bed.folder(), List.of(url.getRawAuthority(), dead.getRawAuthority()));
            opened.add(publisher::close);
            var meter = new Meter(Cpu.ofThisProcess(), bed.cpu());
            try (var kernel = new BareDeliveries(bed.access(), publisher)) {
                var project = project(bed);
                for (var i = 0; i < SUBSCRIPTIONS; i++) {
                    kernel.subscribe(project, url, BareWebhooks.SECRET);
                }
                var lost = kernel.subscribe(project, dead, BareWebhooks.SECRET).id();
                kernel.set(lost, false);
                Series.Round<Load> ours = () -> {
                    kernel.record(project, events);
                    return meter.measure(() -> {
                        kernel.drain(Set.of(lost));
                        return (long) SUBSCRIPTIONS * events;
                    });
                };
                var bare = Series.interleaved(
                        setting.warmUps(), setting.rounds(), ours, () -> meter.measure(() -> post(url, events)));
                var burdened = Series.interleaved(
                        setting.isQuick() ? 0 : 1,
                        setting.rounds(),
                        () -> {
                            kernel.set(lost, true);
                            var load = ours.run();
                            kernel.set(lost, false);
                            return load;
                        },
                        ours);
                return List.of(
                        Finding.rate(
                                name(),
                                "signed deliveries to %d webhooks, attempts durable".formatted(SUBSCRIPTIONS),
                                "%d threads with the JDK's client".formatted(SUBSCRIPTIONS),
                                bare,
                                Goal.atLeast(0.3, Goal.RATIO)),
                        Finding.rate(
                                name(),
                                "the same with one dead receiver more",
                                "without it",
                                burdened,
                                Goal.atLeast(0.95, Goal.RATIO)));
            }
        } finally {
            receivers.shutdownNow();
        }
    }

    private static int serve(Opened opened, ExecutorService threads) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        opened.add(() -> server.stop(0));
        return server.getAddress().getPort();
    }

    private static TypeId project(Bed bed) throws SQLException {
        try (var owner = bed.asOwner()) {
            return Seed.sow(owner).project();
        }
    }

    private static long post(URI url, int events) throws IOException, InterruptedException {
        var threads = Executors.newFixedThreadPool(SUBSCRIPTIONS);
        try {
            Callable<Void> poster = () -> {
                var client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
                var request = HttpRequest.newBuilder(url)
                        .header("Content-Type", "application/cloudevents+json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(BODY))
                        .build();
                for (var i = 0; i < events; i++) {
                    client.send(request, HttpResponse.BodyHandlers.discarding());
                }
                return null;
            };
            var posters = new ArrayList<Future<Void>>();
            for (var i = 0; i < SUBSCRIPTIONS; i++) {
                posters.add(threads.submit(poster));
            }
            for (var each : posters) {
                each.get();
            }
            return (long) SUBSCRIPTIONS * events;
        } catch (ExecutionException e) {
            throw new IOException("the peer can't post", e);
        } finally {
            threads.shutdownNow();
        }
    }
}
