package io.animus.kernel.rest;

import io.animus.kernel.core.PluginRuntime.Installed;
import io.animus.kernel.core.Plugins;
import io.animus.kernel.core.Target;
import io.animus.kernel.trust.PackageReader;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.jakartars.whiteboard.propertytypes.JakartarsResource;

/** {@code /api/v1/plugins:install}, which is no path below {@code /api/v1/plugins}. */
@Component(service = PluginInstallResource.class)
@JakartarsResource
@Path("/api/v1/plugins:install")
@Produces(MediaType.APPLICATION_JSON)
public final class PluginInstallResource {
    private final Door door;
    private final Plugins plugins;
    private final long most;

    @Activate
    public PluginInstallResource(@Reference(name = "door") Door door, @Reference(name = "plugins") Plugins plugins) {
        this(door, plugins, PackageReader.MAX_PACKAGE);
    }

    /** @param most bytes of a package */
    PluginInstallResource(Door door, Plugins plugins, long most) {
        this.door = door;
        this.plugins = plugins;
        this.most = most;
    }

    @POST
    public Response install(@Context HttpServletRequest request) {
        return door.open(request, "installPlugin", Target.inHub("plugin", null), call -> {
            var consent = PluginUpload.consent(call);
            plugins.admit(call.caller(), null);
            try (var upload = PluginUpload.of(request, most)) {
                var form =
                        Form.<Installed>created(PluginsResource::write, plugin -> "/api/v1/plugins/" + plugin.name());
                var once = call.once(form, upload.digest());
                return Replies.of(plugins.install(call.caller(), once, upload.file(), consent), form);
            }
        });
    }
}
