package io.animus.itests.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/** A hub with every plugin it needs to run programs, a project, and a developer in it. */
final class WholeHub {
    static final String PROJECT = "/api/v1/projects/bad-days";

    private static final Set<String> FINAL = Set.of("succeeded", "failed", "canceled");
    private static final Pattern KEY = Pattern.compile("ank_\\S{43,}");

    private final Path root = Files.createTempDirectory("animus-bad-days");
    private final ImageRegistry registry = new ImageRegistry(Files.createDirectories(root.resolve("registry")));
    private final PrivateEngine engine =
            new PrivateEngine(Files.createDirectories(root.resolve("engine")), registry.host());
    private final UnpackedHub hub = UnpackedHub.freshIn(root);
    private final String commit;
    private final RestClient developer;
    private final String lock;

    WholeHub() throws Exception {
        commit = commitProgram();
        configure("scm.git-test", "url_prefixes = file://" + root + "/\n");
        configure("registry-test", "hosts = %1$s\ninsecure_hosts = %1$s\n".formatted(registry.host()));
        configure("executor.container-test", "socket = " + engine.socket() + "\n");
        var key = KEY.matcher(start());
        assertThat(key.find()).isTrue();
        var admin = new RestClient(URI.create("http://127.0.0.1:" + hub.port()), key.group());
        developer = join(admin);
        lock = lockEnvironment();
    }

    UnpackedHub hub() {
        return hub;
    }

    PrivateEngine engine() {
        return engine;
    }

    RestClient developer() {
        return developer;
    }

    /** Starts the hub with {@code bin/animus}, waits until it can do all of its work, and answers what was said. */
    String start() throws Exception {
        var started = hub.animus("start");
        assertThat(started.exitCode()).as(started.out() + started.err()).isZero();
        awaitReady();
        return started.out();
    }

    /** Ends the hub's JVM as a crash would. */
    void kill() throws Exception {
        var process = hub.process();
        Programs.signal("KILL", process);
        process.onExit().get();
    }

    /** Waits until the hub has no complaint about itself or its plugins. */
    void awaitReady() throws Exception {
        var anybody = new RestClient(URI.create("http://127.0.0.1:" + hub.port()), "");
        Patience.untilTrue("/readyz is OK", () -> {
            var answer = anybody.get("/readyz");
            return answer.status() == 200
                    && answer.json().path("status").asText().equals("OK");
        });
    }

    /** Submits a run of a shell program with small limits, and answers its id. */
    String submit(String program) throws Exception {
        return submit(UUID.randomUUID().toString(), program).ok().path("id").asText();
    }

    /** Submits a run under an idempotency key. */
    RestClient.Answer submit(String idempotencyKey, String program) throws Exception {
        var body = RestClient.JSON.createObjectNode().put("kind", "development").put("environmentLock", lock);
        body.put("timeoutSeconds", 120);
        body.putObject("code").put("repository", "file://" + root + "/code").put("commit", commit);
        body.putArray("command").add("sh").add("-c").add(program);
        body.putObject("resources")
                .put("cpu", "1")
                .put("memory", "64Mi")
                .put("ephemeralStorage", "8Mi")
                .put("pids", 32)
                .put("gpu", 0);
        return developer.post(PROJECT + "/runs", idempotencyKey, body);
    }

    void cancel(String run) throws Exception {
        developer
                .post(PROJECT + "/runs/" + run + ":cancel", UUID.randomUUID().toString(), MissingNode.getInstance())
                .ok();
    }

    /** The run when it is in this state. */
    JsonNode await(String run, String state) throws Exception {
        return Patience.until("run " + run + " is " + state, () -> {
            var found = run(run);
            var now = found.path("state").asText();
            if (!now.equals(state) && FINAL.contains(now)) {
                throw new AssertionError("the run is not " + state + " but " + found);
            }
            return now.equals(state) ? Optional.of(found) : Optional.empty();
        });
    }

    /** The run when it is in any final state. */
    JsonNode awaitEnd(String run) throws Exception {
        return Patience.until("run " + run + " has ended", () -> {
            var found = run(run);
            return FINAL.contains(found.path("state").asText()) ? Optional.of(found) : Optional.empty();
        });
    }

    JsonNode run(String run) throws Exception {
        return developer.get(PROJECT + "/runs/" + run).ok();
    }

    /** Items of the first page of a list below the run. */
    JsonNode list(String run, String what) throws Exception {
        return developer.get(PROJECT + "/runs/" + run + "/" + what).ok().path("items");
    }

    /** Waits until no container, volume, mount or loop device of any run is left. */
    void awaitNothingLeft() throws Exception {
        Patience.untilTrue("nothing is left of the runs", () -> leftovers().isEmpty());
    }

    /** Stops everything, and fails if a process or mount of it goes on. */
    void stop() throws Exception {
        var left = new ArrayList<String>();
        try {
            hub.close();
            left.addAll(leftovers());
        } finally {
            engine.stop();
            registry.stop();
        }
        left.addAll(processes());
        left.addAll(lines("/proc/self/mounts", root.toString()));
        if (left.isEmpty()) {
            Programs.run(Path.of("/"), Map.of(), List.of("rm", "-rf", "--one-file-system", root.toString()));
        }
        assertThat(left).as("left behind, as is " + root).isEmpty();
    }

    private List<String> leftovers() throws Exception {
        var left = new ArrayList<>(engine.containers());
        left.addAll(engine.volumes());
        left.addAll(lines("/proc/self/mounts", hub.data() + "/jobs"));
        left.addAll(Programs.run(root, Map.of(), List.of("losetup", "--list", "--noheadings", "--output=BACK-FILE"))
                .lines()
                .filter(file -> file.contains(root.toString()))
                .toList());
        return left;
    }

    private List<String> processes() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .flatMap(process -> process.info().commandLine().stream())
                .filter(command -> command.contains(root.toString()))
                .toList();
    }

    private static List<String> lines(String file, String part) throws IOException {
        return Files.readAllLines(Path.of(file)).stream()
                .filter(line -> line.contains(part))
                .toList();
    }

    private void configure(String plugin, String content) throws IOException {
        Files.writeString(hub.home().resolve("etc/io.animus.plugin." + plugin + ".cfg"), content);
    }

    private String commitProgram() throws Exception {
        var code = Files.createDirectories(root.resolve("code"));
        Files.writeString(code.resolve("README"), "nothing\n");
        var git = Map.of(
                "GIT_CONFIG_GLOBAL", "/dev/null",
                "GIT_CONFIG_SYSTEM", "/dev/null",
                "GIT_AUTHOR_NAME", "A",
                "GIT_AUTHOR_EMAIL", "a@example.org",
                "GIT_COMMITTER_NAME", "A",
                "GIT_COMMITTER_EMAIL", "a@example.org");
        Programs.run(code, git, List.of("git", "init", "--quiet", "--initial-branch=main"));
        Programs.run(code, git, List.of("git", "add", "--all"));
        Programs.run(code, git, List.of("git", "commit", "--quiet", "--message=First"));
        return Programs.run(code, git, List.of("git", "rev-parse", "HEAD"));
    }

    private static RestClient join(RestClient admin) throws Exception {
        var account = admin.post("/api/v1/service-accounts", "{'name':'dev','description':'d'}")
                .ok()
                .path("id")
                .asText();
        var made = admin.post("/api/v1/service-accounts/dev/keys", "{'description':'d','ttlSeconds':86400}")
                .ok();
        var developer = admin.as(made.path("secret").asText());
        var subject = "{'kind':'serviceAccount','id':'" + account + "'}";
        admin.post("/api/v1/projects", "{'name':'bad-days','title':'Bad days','owners':[%s]}", subject)
                .ok();
        developer
                .post(PROJECT + "/role-bindings", "{'role':'developer','subject':%s}", subject)
                .ok();
        return developer;
    }

    private String lockEnvironment() throws Exception {
        developer
                .post(PROJECT + "/environments", "{'name':'busybox','description':'b'}")
                .ok();
        var most = "{'cpu':'2','memory':'256Mi','ephemeralStorage':'64Mi','pids':128,'gpu':0}";
        var version = developer
                .post(
                        PROJECT + "/environments/busybox/versions",
                        "{'baseImages':['%s'],'resourceDefaults':%s,'resourceLimits':%s}",
                        registry.image(),
                        most,
                        most)
                .ok();
        return developer
                .post(
                        PROJECT + "/environment-locks",
                        "{'environment':'busybox','version':%d,'images':[{'name':'b','reference':'%s'}]}",
                        version.path("number").asInt(),
                        registry.image())
                .ok()
                .path("id")
                .asText();
    }
}
