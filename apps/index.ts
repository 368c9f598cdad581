/** The catalogue: every application that a stack can name in `flotilla:application`. */
import type { Application } from "../src/model/application";
import { onlineBoutique } from "./online-boutique";
import { orderService } from "./order-service";
import { robotShop } from "./robot-shop";

export const catalogue: Record<string, Application> = {
  [robotShop.name]: robotShop,
  [onlineBoutique.name]: onlineBoutique,
  [orderService.name]: orderService,
};
