/**
 * What a container is made with, as engines are told it. Mechanism without opinion: what a container
 * may have is decided elsewhere.
 *
 * @module
 */
export { type ArgvOptions, containerArgv, type EngineFlavour, ENV_FILE } from "./container_argv.ts";
export { type BodyOptions, containerBody } from "./container_body.ts";
export { fillSpec, fillText, type Places } from "./fill_spec.ts";
export { imageName, type ImageReference, type ParsedImage, parseImage } from "./image_reference.ts";
export { matchesImage, parseImagePattern } from "./image_pattern.ts";
export { type ImageVerdict, judgeImage } from "./judge_image.ts";
export { CONTAINER } from "./places.ts";
export { coverPorts, parsePorts, type PortRange } from "./port_range.ts";
