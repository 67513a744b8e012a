package io.animus.kernel.rest;

import io.animus.api.plugin.PluginHealth;
import io.animus.kernel.core.Health;
import io.animus.kernel.core.Metrics;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.jakartars.whiteboard.propertytypes.JakartarsResource;

/** What everybody may ask: metrics, the contract, the version. */
@Component(service = SystemResource.class)
@JakartarsResource
@Path("/")
public final class SystemResource {
    private static final Health.Check NOT_SERVED =
            new Health.Check("api", PluginHealth.State.DOWN, "parts of the API are not served yet");

    private final Health health;
    private final Metrics metrics;
    private final byte[] contract;
    private final BooleanSupplier isServed;
    private final Build build;

    @Activate
    public SystemResource(
            @Reference(name = "health") Health health,
            @Reference(name = "metrics") Metrics metrics,
            @Reference(name = "served") ServedApi served) {
        this(health, metrics, served::isComplete);
    }

    /** Without a container, where all is served from the beginning, or not. */
    SystemResource(Health health, Metrics metrics, BooleanSupplier isServed) {
        this.health = health;
        this.metrics = metrics;
        this.isServed = isServed;
        this.contract = read("/openapi.yaml");
        this.build = Build.ofThisBundle();
    }

    /** Answers as long as the process does. */
    @GET
    @Path("healthz")
    @Produces(MediaType.APPLICATION_JSON)
    public Response health() {
        return Replies.ok(output -> output.put("status", "OK").list("checks", List.of(), (check, none) -> {}));
    }

    /** Whether the hub should be sent requests. */
    @GET
    @Path("readyz")
    @Produces(MediaType.APPLICATION_JSON)
    public Response readiness() {
        var report = health.report();
        if (!isServed.getAsBoolean()) {
            return answer(with(report, NOT_SERVED), false);
        }
        return answer(report, report.isReady());
    }

    /** Whether the start is complete. */
    @GET
    @Path("startupz")
    @Produces(MediaType.APPLICATION_JSON)
    public Response startup() {
        return answer(health.report(), health.isStarted());
    }

    @GET
    @Path("metrics")
    @Produces(MediaType.TEXT_PLAIN)
    public Response metrics() {
        var body = new ByteArrayOutputStream();
        try {
            metrics.write(null, body);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail to take metrics", e);
        }
        return Response.ok(body.toByteArray()).type(metrics.mediaType(null)).build();
    }

    @GET
    @Path("openapi.yaml")
    @Produces("application/yaml")
    public Response contract() {
        return Response.ok(contract).build();
    }

    @GET
    @Path("version")
    @Produces(MediaType.APPLICATION_JSON)
    public Response version() {
        return Replies.ok(output -> output.put("product", "animus-hub")
                .put("version", build.version())
                .put("commit", build.commit())
                .put("apiVersion", "v1"));
    }

    private static Response answer(Health.Report report, boolean isGood) {
        var written = JsonOutput.write(output ->
                output.put("status", report.state().name()).list("checks", report.checks(), SystemResource::write));
        return Replies.json(isGood ? Response.Status.OK : Response.Status.SERVICE_UNAVAILABLE, written)
                .build();
    }

    private static Health.Report with(Health.Report report, Health.Check check) {
        var checks = new ArrayList<>(report.checks());
        checks.add(check);
        return new Health.Report(check.state(), checks);
    }

    private static void write(JsonOutput output, Health.Check check) {
        output.put("name", check.name()).put("status", check.state().name()).put("detail", check.detail());
    }

    private static byte[] read(String resource) {
        try (var content = SystemResource.class.getResourceAsStream(resource)) {
            if (content == null) {
                throw new IllegalStateException("the bundle lacks " + resource);
            }
            return content.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + resource, e);
        }
    }
}
