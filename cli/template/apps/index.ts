/** The applications that the stacks of this project can deploy. */
import type { Catalogue } from "flotilla";
import { myShop } from "./my-shop";

export const catalogue: Catalogue = { [myShop.name]: myShop };
