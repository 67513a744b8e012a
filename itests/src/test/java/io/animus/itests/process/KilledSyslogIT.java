package io.animus.itests.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A receiver of the audit log dies again and again, also in the middle of a message, while the hub is at work. */
class KilledSyslogIT {
    private static final Pattern KEY = Pattern.compile("ank_\\S{43,}");
    private static final Pattern MESSAGE = Pattern.compile("<1[01][0-9]>1 .* leafIndex=\"([0-9]+)\".*\\}");
    private static final int CALLERS = 4;
    private static final int KILLS = 4;
    private static final int IN_AN_OUTAGE = 200;

    @TempDir
    Path folder;

    private UnpackedHub hub;
    private RestClient admin;
    private Process rsyslog;
    private int port;

    @BeforeEach
    void start() throws Exception {
        port = UnpackedHub.freePort();
        Files.writeString(
                folder.resolve("rsyslog.conf"),
                """
                global(workDirectory="%1$s" maxMessageSize="128k" net.enableDNS="off")
                module(load="imtcp")
                template(name="all" type="string" string="%%rawmsg%%\\n")
                ruleset(name="received") { action(type="omfile" file="%1$s/received" template="all" flushOnTXEnd="on") }
                input(type="imtcp" address="127.0.0.1" port="%2$d" ruleset="received")
                """
                        .formatted(folder, port));
        startReceiver();
        hub = UnpackedHub.freshIn(folder);
        Files.writeString(
                hub.home().resolve("etc/io.animus.plugin.siem.syslog-it.cfg"),
                "host = 127.0.0.1\nport = " + port + "\ntransport = tcp\n");
        var started = hub.animus("start");
        var key = KEY.matcher(started.out());
        assertThat(key.find()).as(started.out() + started.err()).isTrue();
        admin = new RestClient(URI.create("http://127.0.0.1:" + hub.port()), key.group());
    }

    @AfterEach
    void stop() throws Exception {
        hub.close();
        Programs.stop(rsyslog);
    }

    @Test
    void hasEveryEventInOrderInTheEnd() throws Exception {
        var made = new ConcurrentLinkedQueue<String>();
        var over = new AtomicBoolean();
        Callable<Void> caller = () -> {
            while (!over.get()) {
                made.add(createAccount());
            }
            return null;
        };
        var threads = Executors.newFixedThreadPool(CALLERS);
        try {
            var callers = new ArrayList<Future<Void>>();
            for (var i = 0; i < CALLERS; i++) {
                callers.add(threads.submit(caller));
            }
            for (var kill = 0; kill < KILLS; kill++) {
                var before = received().size();
                Patience.untilTrue("events arrive", () -> received().size() > before);
                Programs.signal("KILL", rsyslog.toHandle());
                rsyslog.onExit().get();
                var soFar = made.size();
                // Nobody who works with the hub notices that the receiver is away.
                Patience.untilTrue("work goes on", () -> made.size() > soFar + IN_AN_OUTAGE);
                startReceiver();
            }
            over.set(true);
            for (var each : callers) {
                each.get(Patience.USUAL.toSeconds(), TimeUnit.SECONDS);
            }
        } finally {
            over.set(true);
            threads.shutdownNow();
        }
        var last = createAccount();
        Patience.untilTrue("the last event arrives", () -> text().contains(last));

        var indexes = received();
        var distinct = new LinkedHashSet<>(indexes);
        // A repeat may come at any time; what comes for the first time comes in order and without a gap.
        assertThat(distinct)
                .containsExactlyElementsOf(
                        LongStream.range(0, distinct.size()).boxed().toList());
        var everything = text();
        var lacking = new HashSet<String>();
        for (var id : made) {
            if (!everything.contains(id)) {
                lacking.add(id);
            }
        }
        assertThat(lacking).isEmpty();
    }

    private String createAccount() throws Exception {
        return admin.post("/api/v1/service-accounts", "{'name':'a-%s','description':'d'}", UUID.randomUUID())
                .ok()
                .path("id")
                .asText();
    }

    /** Leaf indexes of whole messages, in the order of arrival. */
    private List<Long> received() throws IOException {
        return text().lines()
                // A message that was being written when it died has the next one on its line.
                .map(line -> line.substring(Math.max(0, line.lastIndexOf(">1 20") - 4)))
                .map(MESSAGE::matcher)
                .filter(Matcher::matches)
                .map(message -> Long.parseLong(message.group(1)))
                .toList();
    }

    private String text() throws IOException {
        var file = folder.resolve("received");
        return Files.exists(file) ? Files.readString(file, UTF_8) : "";
    }

    private void startReceiver() throws Exception {
        rsyslog = Programs.start(
                folder,
                Map.of(),
                List.of("rsyslogd", "-n", "-f", folder.resolve("rsyslog.conf").toString(), "-i", "NONE"),
                folder.resolve("rsyslog.log"));
        var listening = "0100007F:%04X 00000000:0000 0A".formatted(port);
        Patience.untilTrue("rsyslog listens", () -> Files.readString(Path.of("/proc/net/tcp"))
                .contains(listening));
    }
}
