package io.animus.kernel.rest;

import io.animus.kernel.core.Answer;
import io.animus.kernel.core.Configurations;
import io.animus.kernel.core.Once;
import io.animus.kernel.core.PluginConfigurations.Configured;
import io.animus.kernel.core.PluginFields;
import io.animus.kernel.core.PluginRuntime.Installed;
import io.animus.kernel.core.Plugins;
import io.animus.kernel.core.Target;
import io.animus.kernel.domain.Order;
import io.animus.kernel.trust.PackageReader;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.jakartars.whiteboard.propertytypes.JakartarsResource;

/** {@code /api/v1/plugins}. */
@Component(service = PluginsResource.class)
@JakartarsResource
@Path("/api/v1/plugins")
@Produces(MediaType.APPLICATION_JSON)
public final class PluginsResource {
    private static final ListForm LIST =
            new ListForm(Map.of("name", Order.Key.NAME), new Order(Order.Key.NAME, false), PluginFields.ALL);

    private final Door door;
    private final Plugins plugins;
    private final Configurations configurations;
    private final long most;

    @Activate
    public PluginsResource(
            @Reference(name = "door") Door door,
            @Reference(name = "plugins") Plugins plugins,
            @Reference(name = "configurations") Configurations configurations) {
        this(door, plugins, configurations, PackageReader.MAX_PACKAGE);
    }

    /** @param most bytes of a package */
    PluginsResource(Door door, Plugins plugins, Configurations configurations, long most) {
        this.door = door;
        this.plugins = plugins;
        this.configurations = configurations;
        this.most = most;
    }

    @GET
    public Response list(@Context HttpServletRequest request) {
        return door.open(request, "listPlugins", target(null), call -> {
            var order = call.query().order(LIST);
            var filter = call.query().filter(LIST);
            var found = plugins.list(call.caller(), filter, order.descending());
            return Replies.ok(output -> output.list("items", found, PluginsResource::write));
        });
    }

    @GET
    @Path("{plugin}")
    public Response find(@Context HttpServletRequest request, @PathParam("plugin") String plugin) {
        return door.open(
                request,
                "getPlugin",
                target(plugin),
                call -> Replies.ok(plugins.find(call.caller(), plugin), PluginsResource::write));
    }

    @POST
    @Path("{plugin}:update")
    public Response update(@Context HttpServletRequest request, @PathParam("plugin") String plugin) {
        return door.open(request, "updatePlugin", target(plugin), call -> {
            var consent = PluginUpload.consent(call);
            plugins.admit(call.caller(), plugin);
            try (var upload = PluginUpload.of(request, most)) {
                var form = changed();
                var once = call.once(form, upload.digest());
                return Replies.of(plugins.update(call.caller(), once, plugin, upload.file(), consent), form);
            }
        });
    }

    @POST
    @Path("{plugin}:disable")
    public Response disable(@Context HttpServletRequest request, @PathParam("plugin") String plugin) {
        return change(request, "disablePlugin", plugin, (call, once) -> plugins.disable(call.caller(), once, plugin));
    }

    @POST
    @Path("{plugin}:enable")
    public Response enable(@Context HttpServletRequest request, @PathParam("plugin") String plugin) {
        return change(request, "enablePlugin", plugin, (call, once) -> plugins.enable(call.caller(), once, plugin));
    }

    @POST
    @Path("{plugin}:uninstall")
    public Response uninstall(@Context HttpServletRequest request, @PathParam("plugin") String plugin) {
        return change(
                request, "uninstallPlugin", plugin, (call, once) -> plugins.uninstall(call.caller(), once, plugin));
    }

    @GET
    @Path("{plugin}/configurations")
    public Response configurations(@Context HttpServletRequest request, @PathParam("plugin") String plugin) {
        return door.open(
                request,
                "listPluginConfigurations",
                target(plugin),
                call -> Replies.ok(configurations.find(call.caller(), plugin), ConfigurationForms::write));
    }

    @POST
    @Path("{plugin}:configure")
    public Response configure(@Context HttpServletRequest request, @PathParam("plugin") String plugin) {
        return door.open(request, "configurePlugin", target(plugin), call -> {
            var wish = call.body(ConfigurationForms.CONFIGURE);
            return call.change(
                    Form.<Configured>changed(ConfigurationForms::write),
                    once -> configurations.configure(call.caller(), once, plugin, wish.pid(), wish.values()));
        });
    }

    @POST
    @Path("{plugin}:unconfigure")
    public Response unconfigure(@Context HttpServletRequest request, @PathParam("plugin") String plugin) {
        return door.open(request, "unconfigurePlugin", target(plugin), call -> {
            var pid = call.body(ConfigurationForms.UNCONFIGURE);
            return call.change(
                    Form.<Configured>changed(ConfigurationForms::write),
                    once -> configurations.unconfigure(call.caller(), once, plugin, pid));
        });
    }

    /** A use case that takes no body. */
    private interface Change {
        Answer<Installed> make(Call call, @Nullable Once<Installed> once);
    }

    private Response change(HttpServletRequest request, String operation, String plugin, Change change) {
        return door.open(
                request, operation, target(plugin), call -> call.change(changed(), once -> change.make(call, once)));
    }

    private static Form<Installed> changed() {
        return Form.changed(PluginsResource::write);
    }

    static void write(JsonOutput output, Installed plugin) {
        var packaged = plugin.packaged();
        output.put("name", plugin.name())
                .put("version", plugin.version())
                .put("port", plugin.port())
                .put("technology", plugin.technology())
                .put("state", plugin.state().word())
                .put("packageDigest", packaged == null ? null : packaged.value())
                .put("permissions", plugin.permissions().json())
                .put("permissionsDigest", plugin.permissions().digest().value())
                .list("instances", plugin.instances(), (one, instance) -> one.put("name", instance.name())
                        .put("status", instance.health().state().name())
                        .put("reason", instance.health().reason()));
    }

    private static Target target(@Nullable String plugin) {
        return Target.inHub("plugin", plugin);
    }
}
