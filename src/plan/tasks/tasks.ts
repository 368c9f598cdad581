/** Tasks in their environment: images, versions and names of releases. */
import type { Image, Service } from "../../model/application";
import { containersOf, type NamedContainer } from "../../model/containers";
import { own } from "../../model/graph";
import { compact, mapValues } from "../../model/records";
import { isImageOf, migrationRelease, type Task } from "../../model/task";
import { isOfPod, isText, type Reference, type Text } from "../../model/text";
import type { AppContext } from "../context";
import { dataDigest } from "../digest";
import { fill } from "../hosts";
import { imageIn } from "../images";

/** Returns the image of a task. The image of a service has the stack's settings for the service. */
export function taskImage({ declared, settings }: AppContext, name: string, { image }: Task): Image {
  if (!isImageOf(image)) return imageIn(settings, image, own(settings.tasks, name));
  // A service that this stack does not deploy still has an image.
  const { image: ofService } = own(declared.services, image.of) as Service;
  return imageIn(settings, ofService, own(settings.services, image.of));
}

/**
 * Returns the digest of what defines a version of a migration: image, working directory, command, arguments, variables, files and
 * volumes, and those of its additional containers. Logins and secrets count as references, and images without their mirror: a rotated password or
 * a new mirror runs nothing again.
 */
export function versionOf(context: AppContext, owner: string, task: Task): string {
  const withoutMirrors = { ...context, settings: { ...context.settings, registryMirrors: {} } };
  const { env = {}, envFrom, files = {}, volumes, command = [], args = [], workingDirectory } = task;
  const plain = (text: Text) =>
    typeof text === "string" ? text : text.map((part) => plainPart(context, part));
  const others = containersOf(task);
  const containerVersion = ({ name, kind, container }: NamedContainer) => {
    const { image, command = [], args = [], env = {}, envFrom, workingDirectory, mounts } = container;
    return {
      name,
      kind,
      image: imageIn(
        withoutMirrors.settings,
        image,
        own(own(context.settings.tasks, owner)?.containers ?? {}, name),
      ),
      command: command.map(plain),
      args: args.map(plain),
      env: mapValues(env, plain),
      ...compact({ envFrom, workingDirectory, mounts }),
    };
  };
  return dataDigest({
    image: taskImage(withoutMirrors, owner, task),
    ...compact({ workingDirectory, envFrom, volumes }),
    command: command.map(plain),
    args: args.map(plain),
    env: mapValues(env, plain),
    files: mapValues(files, (content) => (isText(content) ? plain(content) : content)),
    ...(others.length > 0 ? { containers: others.map(containerVersion) } : {}),
  }).slice(0, 8);
}

/** Returns a part of a text with addresses filled in. */
const plainPart = (context: AppContext, part: string | Reference): string | Reference =>
  typeof part === "string" || isOfPod(part) || ["password", "username", "secret"].includes(part.ref)
    ? part
    : fill(context, [part]);

const releases = new WeakMap<AppContext, Record<string, string>>();

/** Returns the names of the releases of all tasks, by task. They are computed once, because every service needs them. */
export function taskReleases(context: AppContext): Record<string, string> {
  const known = releases.get(context);
  if (known) return known;
  const names = mapValues(context.application.tasks ?? {}, (task, name) =>
    task.before ? migrationRelease(name, versionOf(context, name, task)) : name,
  );
  releases.set(context, names);
  return names;
}

/** Returns the releases of the migrations that come before a service. */
export const migrationsBefore = (context: AppContext, service: string): string[] =>
  Object.entries(context.application.tasks ?? {}).flatMap(([name, { before }]) =>
    before?.includes(service) ? [own(taskReleases(context), name) as string] : [],
  );
